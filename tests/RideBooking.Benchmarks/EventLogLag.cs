using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace RideBooking.Benchmarks;

/// <summary>How long after its timestamp an event reached the readers of the event log, under half of the maximal load.</summary>
/// <param name="Rides">The number of rides.</param>
/// <param name="RidesPerSecond">How many were requested per second.</param>
/// <param name="Events">The number of their events.</param>
/// <param name="Stream">Until a client of <c>GET /events/stream</c> received the event.</param>
/// <param name="Subscriptions">Until the subscription had committed its rows and a checkpoint that is not before the event.</param>
sealed record LagAtHalfLoad(
    int Rides,
    double RidesPerSecond,
    int Events,
    Latency Stream,
    IReadOnlyDictionary<string, Latency> Subscriptions
);

/// <summary>Observes from outside when events reach a client of the event stream, and the checkpoints of the subscriptions.</summary>
sealed class EventLogLag(Api api, SystemUnderTest system)
{
    static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(5);
    static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(2);

    // Of each event: when it was published, and when the client received it.
    readonly Dictionary<long, (DateTimeOffset Published, DateTimeOffset Received)> _events = [];

    // Of each subscription: its checkpoints, and when they were first seen.
    readonly Dictionary<string, List<(long Position, DateTimeOffset At)>> _checkpoints = [];

    /// <summary>Observes the events of a load, from its begin until every reader has read them.</summary>
    public async Task<(int Events, Latency Stream, IReadOnlyDictionary<string, Latency> Subscriptions)> Observe(
        Func<Task> load,
        CancellationToken cancellationToken
    )
    {
        await using var database = await system.OpenDatabase();
        var before = await system.LastPosition(database);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var token = await api.SignIn("operator", cancellationToken);
        var observing = Task.WhenAll(Follow(token, before, stop.Token), Poll(database, stop.Token));
        await load();
        await using (var other = await system.OpenDatabase())
            await EveryReaderReaches(await system.LastPosition(other), cancellationToken);
        await stop.CancelAsync();
        await observing;
        return (
            _events.Count,
            Latency.Of(_events.Values.Select(e => e.Received - e.Published)),
            _checkpoints.ToDictionary(
                subscription => subscription.Key,
                subscription => Latency.Of(_events.Select(e => Passed(subscription.Value, e.Key) - e.Value.Published))
            )
        );
    }

    async Task Follow(string token, long after, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var item in api.Listen($"events/stream?after={after}", token, cancellationToken))
            {
                var received = DateTimeOffset.UtcNow;
                if (item.EventId is not { Length: > 0 } id)
                    continue;
                using var envelope = JsonDocument.Parse(item.Data);
                var published = envelope.RootElement.GetProperty("timestamp").GetDateTimeOffset();
                lock (_events)
                    _events.TryAdd(long.Parse(id, CultureInfo.InvariantCulture), (published, received));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Every event was received.
        }
    }

    async Task Poll(DbConnection database, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var positions = await system.Checkpoints(database);
                var now = DateTimeOffset.UtcNow;
                lock (_checkpoints)
                    foreach (var (name, position) in positions)
                    {
                        if (!_checkpoints.TryGetValue(name, out var known))
                            _checkpoints.Add(name, known = []);
                        if (known.Count == 0 || known[^1].Position < position)
                            known.Add((position, now));
                    }
                await Task.Delay(s_poll, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Every subscription has read all.
        }
    }

    async Task EveryReaderReaches(long position, CancellationToken cancellationToken)
    {
        for (var began = Stopwatch.GetTimestamp(); ; await Task.Delay(s_poll, cancellationToken))
        {
            bool haveReached;
            lock (_checkpoints)
                haveReached = _checkpoints.Values.All(known => known[^1].Position >= position);
            lock (_events)
                haveReached &= _events.ContainsKey(position);
            if (haveReached)
                return;
            if (Stopwatch.GetElapsedTime(began) > s_timeout)
                throw new TimeoutException($"A reader of the event log has not reached position {position}.");
        }
    }

    static DateTimeOffset Passed(List<(long Position, DateTimeOffset At)> checkpoints, long position) =>
        checkpoints.First(checkpoint => checkpoint.Position >= position).At;
}
