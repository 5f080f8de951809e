using System.Text.Json;
using System.Threading.Channels;

namespace RideBooking.EventLog;

/// <summary>Signals changes of the log within a process: commits to the sequencer, and numbered events to readers.</summary>
/// <remarks>The sequencer signals each reader only for the ride or driver that it follows.</remarks>
public sealed class EventLogSignal
{
    readonly Channel<IReadOnlyList<LoggedEvent>> _commits = Channel.CreateUnbounded<IReadOnlyList<LoggedEvent>>();
    readonly Dictionary<string, List<EventListener>> _listeners = new(StringComparer.Ordinal);
    readonly List<EventListener> _logListeners = [];
    readonly Lock _changing = new();

    /// <summary>Signals that events were committed.</summary>
    /// <param name="numbered">The events that their own transaction has numbered; none when they await their positions.</param>
    public void Committed(IReadOnlyList<LoggedEvent> numbered) => _commits.Writer.TryWrite(numbered);

    /// <summary>The commits that the sequencer has not seen yet; the sequencer is the only reader.</summary>
    public ChannelReader<IReadOnlyList<LoggedEvent>> Commits => _commits.Reader;

    /// <summary>Starts listening for every event of a stream, or about a driver.</summary>
    /// <remarks>Listen first and read the log afterwards, so that no event is missed in between.</remarks>
    /// <param name="about">The stream's id, or the driver's.</param>
    public EventListener Listen(string about)
    {
        var listener = new EventListener(
            Channel.CreateUnbounded<LoggedEvent?>(),
            cancelled => Forget(about, cancelled)
        );
        lock (_changing)
            if (_listeners.TryGetValue(about, out var others))
                others.Add(listener);
            else
                _listeners.Add(about, [listener]);
        return listener;
    }

    /// <summary>Starts listening for growth of the log: each call of <see cref="EventListener.Receive"/> waits for more.</summary>
    /// <remarks>The listener receives no events, but reads the log. At most one signal waits for a slow one.</remarks>
    public EventListener ListenToLog()
    {
        var one = Channel.CreateBounded<LoggedEvent?>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
        );
        var listener = new EventListener(one, ForgetLogListener);
        lock (_changing)
            _logListeners.Add(listener);
        return listener;
    }

    /// <summary>Whether any reader in this process listens for a stream or driver.</summary>
    internal bool HasListeners
    {
        get
        {
            lock (_changing)
                return _listeners.Count > 0;
        }
    }

    /// <summary>Notifies the listeners of the whole log that it has grown.</summary>
    internal void NotifyLogListeners()
    {
        lock (_changing)
            foreach (var listener in _logListeners)
                listener.Enqueue(null);
    }

    /// <summary>Passes numbered events to the listeners that follow them.</summary>
    internal void Publish(IEnumerable<LoggedEvent> numbered)
    {
        if (!HasListeners)
            return;
        foreach (var row in numbered)
        {
            var driver = DriverOf(row);
            lock (_changing)
            {
                Notify(row.StreamId, row);
                if (driver is not null && driver != row.StreamId)
                    Notify(driver, row);
            }
        }
    }

    /// <summary>Notifies the listeners of a stream or driver that something about it has changed without an event.</summary>
    public void Invalidate(string about)
    {
        lock (_changing)
            Notify(about, null);
    }

    /// <summary>Notifies all listeners that there may be events which they have missed.</summary>
    internal void Invalidate()
    {
        lock (_changing)
            foreach (var listener in _listeners.Values.SelectMany(all => all))
                listener.Enqueue(null);
    }

    void Notify(string about, LoggedEvent? row)
    {
        if (_listeners.TryGetValue(about, out var those))
            foreach (var listener in those)
                listener.Enqueue(row);
    }

    void Forget(string about, EventListener cancelled)
    {
        lock (_changing)
            if (_listeners.TryGetValue(about, out var those) && those.Remove(cancelled) && those.Count == 0)
                _listeners.Remove(about);
    }

    void ForgetLogListener(EventListener cancelled)
    {
        lock (_changing)
            _logListeners.Remove(cancelled);
    }

    static string? DriverOf(LoggedEvent row)
    {
        try
        {
            using var payload = JsonDocument.Parse(row.StoredPayload);
            return
                payload.RootElement is { ValueKind: JsonValueKind.Object } members
                && members.TryGetProperty("driverId", out var driver)
                && driver.ValueKind == JsonValueKind.String
                ? driver.GetString()
                : null;
        }
        catch (JsonException)
        {
            // It was changed in the database. Whatever reads the event fails, and names it.
            return null;
        }
    }
}

/// <summary>Listens for events about one stream or driver, until it is disposed of.</summary>
public sealed class EventListener : IDisposable
{
    readonly Channel<LoggedEvent?> _events;
    readonly Action<EventListener> _forget;

    internal EventListener(Channel<LoggedEvent?> events, Action<EventListener> forget) =>
        (_events, _forget) = (events, forget);

    internal void Enqueue(LoggedEvent? row) => _events.Writer.TryWrite(row);

    /// <summary>Waits for events, or until the time limit.</summary>
    /// <returns>
    /// The events since the last call, in the order of the log; with <c>Missed</c> when there may be more, which only
    /// reading the log finds.
    /// </returns>
    public async Task<(IReadOnlyList<LoggedEvent> Events, bool Missed)> Receive(
        TimeSpan timeout,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        using var limit = new CancellationTokenSource(timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await _events.Reader.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ([], false);
        }

        var events = new List<LoggedEvent>();
        var missed = false;
        while (_events.Reader.TryRead(out var row))
            if (row is null)
                missed = true;
            else
                events.Add(row);
        return (events, missed);
    }

    /// <inheritdoc />
    public void Dispose() => _forget(this);
}
