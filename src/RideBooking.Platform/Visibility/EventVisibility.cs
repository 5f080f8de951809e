using System.Diagnostics;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using RideBooking.EventLog;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Messaging.Failures;

namespace RideBooking.Platform.Visibility;

/// <summary>
/// Waits until events have been handled by every consumer whose state the API shows, on whichever host, so that the caller's
/// next request sees the effects of the last one.
/// </summary>
/// <remarks>
/// Waiting holds no thread and no database connection, and has a time limit. <see cref="VisibilityInterceptor"/> reports what
/// this process commits, without a query. One poll of the inbox, for all waiting requests, finds what other hosts handle. A
/// wait ends early when a consumer has given up an event, for now or permanently, and when the broker is unavailable. It
/// does not wait for subscriptions, which only record.
/// </remarks>
public sealed partial class EventVisibility : IDeliveryObserver, IDisposable
{
    // Enough to keep all consumers busy. A higher limit would only lengthen the message queues, and commands would be answered
    // before their effects can be read.
    internal static readonly int MaxCommands = 32 * Environment.ProcessorCount;

    // A consumer that hangs leaves many waits behind. Polling a few of those that wait only for it shows when it continues.
    const int MaxPolledForStuckConsumers = 100;
    static readonly TimeSpan s_minPollInterval = TimeSpan.FromMilliseconds(20);
    static readonly TimeSpan s_maxPollInterval = TimeSpan.FromMilliseconds(200);

    readonly InboxConsumers _consumers;
    readonly IServiceProvider _services;
    readonly VisibilityOptions _options;
    readonly bool _hasBroker;
    readonly TimeSpan _minInterval;
    readonly ILogger<EventVisibility> _logger;

    // By key: an event, a ride or driver, the request's context, or the request's command to a state machine.
    readonly Dictionary<object, List<Wait>> _waits = [];

    // By caller: the commands that were answered before their effects were visible. The caller's next requests wait for them.
    readonly Dictionary<string, List<Wait>> _unfinished = [];

    // The consumers that handled nothing within the limit, until they handle something again.
    readonly HashSet<InboxConsumer> _stuck = [];

    // When each consumer last handled something, as far as this process has committed it or seen it while requests waited.
    readonly Dictionary<Guid, long> _handled = [];
    readonly Lock _lock = new();
    readonly SemaphoreSlim _commands = new(MaxCommands);
    bool _isPolling;

    // Kept between waits: where one host handles everything, its signals arrive first and polls find nothing.
    TimeSpan _interval;
    volatile int _count;

    internal EventVisibility(
        InboxConsumers consumers,
        IServiceProvider services,
        VisibilityOptions options,
        TransportOptions transport,
        ILogger<EventVisibility> logger
    )
    {
        (_consumers, _services, _options, _logger) = (consumers, services, options, logger);
        // Within one process the signals suffice; the poll finds what was committed at the moment when a wait began.
        _hasBroker = transport.Kind != TransportKind.InMemory;
        _minInterval = _hasBroker ? s_minPollInterval : s_maxPollInterval;
        _interval = _minInterval;
    }

    /// <summary>Waits until the committed events of these types about a ride or driver are handled.</summary>
    /// <remarks>
    /// Costs at least one statement. Use it for responses that would otherwise deny what the caller may already have seen.
    /// </remarks>
    /// <param name="streamId">The ride's or driver's id, as the event log has it.</param>
    /// <param name="events">The types of the events.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>
    /// Whether there are such events. What the caller read before may be older than they are, even where they were handled
    /// without a wait, in the moment after.
    /// </returns>
    public async Task<bool> WaitUntilHandled(
        string streamId,
        IReadOnlyCollection<Type> events,
        CancellationToken cancellationToken
    )
    {
        using var wait = Begin(events);
        lock (_lock)
            wait.Follow(streamId);
        await Poll([wait], cancellationToken);
        await wait.Finish(cancellationToken);
        lock (_lock)
            return wait.Known.Any();
    }

    /// <summary>
    /// Waits until a module's own state, where it depends on the outside world, is as the caller must find it.
    /// </summary>
    /// <remarks>It polls for as long as a request may wait.</remarks>
    public async Task WaitUntil(Func<CancellationToken, Task<bool>> isSo, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_options.Timeout);
        try
        {
            for (var interval = s_minPollInterval; !await isSo(limit.Token); )
            {
                await Task.Delay(interval, limit.Token);
                if (interval < s_maxPollInterval)
                    interval *= 2;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The time is up: the response reports the current state.
        }
    }

    /// <summary>Admits a command when the number of commands that run or wait for their effects is below the limit.</summary>
    /// <remarks>Under load, commands queue here instead of as messages behind each other.</remarks>
    /// <param name="arrived">The timestamp of the request's arrival.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>
    /// Whether the caller has to <see cref="Leave"/>; false when the command waited too long and runs anyway.
    /// </returns>
    internal Task<bool> Enter(long arrived, CancellationToken cancellationToken) =>
        _commands.WaitAsync(Left(_options.BudgetBeforeCommand, arrived), cancellationToken);

    /// <summary>Admits the next command.</summary>
    internal void Leave() => _commands.Release();

    /// <inheritdoc />
    public void Dispose() => _commands.Dispose();

    /// <summary>Starts tracking what a request commits.</summary>
    /// <param name="events">The types of the events that count.</param>
    /// <param name="keys">The request's context, and the id of its command to a state machine.</param>
    internal Wait Begin(IReadOnlyCollection<Type> events, params IEnumerable<object> keys) =>
        Begin(events, Stopwatch.GetTimestamp(), keys);

    /// <inheritdoc cref="Begin(IReadOnlyCollection{Type}, IEnumerable{object})"/>
    internal Wait Begin(IReadOnlyCollection<Type> events, long arrived, params IEnumerable<object> keys)
    {
        var wait = new Wait(this, events, arrived);
        lock (_lock)
            foreach (var key in keys)
                wait.ListenTo(key);
        Interlocked.Increment(ref _count);
        return wait;
    }

    /// <summary>The number of keys with waits, so that tests can check that none is left behind.</summary>
    internal int Keys
    {
        get
        {
            lock (_lock)
                return _waits.Count;
        }
    }

    /// <summary>
    /// Ends the wait for a caller's command. <see cref="WaitForEarlier"/> waits for effects that were not visible in time.
    /// </summary>
    internal void End(Wait wait, string? caller)
    {
        lock (_lock)
        {
            if (caller is null || !wait.Keep())
            {
                wait.Dispose();
                return;
            }
            if (_unfinished.TryGetValue(caller, out var others))
                others.Add(wait);
            else
                _unfinished.Add(caller, [wait]);
        }
        StartPolling();
    }

    /// <summary>
    /// Waits for pending effects of the caller's earlier commands, which were answered early because the wait took too long.
    /// </summary>
    internal async Task WaitForEarlier(string caller, bool isRead, long arrived, CancellationToken cancellationToken)
    {
        List<Task> earlier;
        lock (_lock)
            earlier = _unfinished.TryGetValue(caller, out var waits)
                ? [.. waits.Where(wait => !wait.IsStuck).Select(wait => wait.Done)]
                : [];
        if (earlier.Count == 0)
            return;
        try
        {
            await Task.WhenAll(earlier)
                .WaitAsync(Left(isRead ? _options.Budget : _options.BudgetBeforeCommand, arrived), cancellationToken);
        }
        catch (TimeoutException)
        {
            // The time is up: the response reports the current state.
        }
    }

    /// <summary>Whether any request waits for commits.</summary>
    internal bool IsNeeded => _count > 0;

    /// <summary>Records events that this process has committed.</summary>
    /// <param name="context">The context that has saved them.</param>
    /// <param name="events">The events, each with the message whose handling published it.</param>
    internal void Published(DbContext context, IEnumerable<(LoggedEvent Event, Guid? Cause)> events)
    {
        lock (_lock)
            foreach (var (row, cause) in events)
            foreach (
                var wait in Of(context).Concat(Of(row.StreamId)).Concat(cause is null ? [] : Of(cause)).ToHashSet()
            )
            {
                wait.Follow(row.StreamId);
                wait.Add(row.EventId, row.EventType);
            }
    }

    /// <summary>Records messages whose handling this process has committed, each with the consumer.</summary>
    /// <remarks>What their handling has published is recorded before.</remarks>
    internal void Handled(IEnumerable<(Guid Message, Guid Consumer)> entries)
    {
        lock (_lock)
            foreach (var (message, consumer) in entries)
            {
                MarkWorking(consumer);
                foreach (var wait in Of(message).ToList())
                {
                    wait.Remove(message, pending => pending.Id == consumer);
                    wait.EndIfDone();
                }
            }
    }

    /// <inheritdoc />
    void IDeliveryObserver.OnDelivered(Guid message, string endpoint)
    {
        if (!IsNeeded)
            return;
        lock (_lock)
        {
            _stuck.RemoveWhere(consumer => consumer.Endpoint == endpoint);
            foreach (var wait in Of(message).ToList())
            {
                wait.Remove(message, pending => pending.Endpoint == endpoint);
                wait.EndIfDone();
            }
        }
    }

    void MarkWorking(Guid consumer)
    {
        _handled[consumer] = Stopwatch.GetTimestamp();
        if (_stuck.Count > 0)
            _stuck.RemoveWhere(stuck => stuck.Id == consumer);
    }

    static TimeSpan Left(TimeSpan budget, long arrived)
    {
        var left = budget - Stopwatch.GetElapsedTime(arrived);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    List<Wait> Of(object key) => _waits.GetValueOrDefault(key, []);

    [LoggerMessage(
        LogLevel.Warning,
        "A request was answered after {Limit} although these are not handled yet: {Events}"
    )]
    partial void LogTimeout(TimeSpan limit, string events);
}
