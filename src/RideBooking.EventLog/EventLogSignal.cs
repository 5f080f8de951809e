using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;

namespace RideBooking.EventLog;

/// <summary>Signals changes of the log within a process: commits to the sequencer, and numbered events to readers.</summary>
/// <remarks>The sequencer signals each reader only for the ride or driver that it follows.</remarks>
public sealed class EventLogSignal
{
    const string DriverMember = "\"driverId\"";

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
        var listener = new EventListener(this, ofLog: false);
        listener.Add(about);
        return listener;
    }

    /// <summary>Starts listening for growth of the log: each call of <see cref="EventListener.Receive"/> waits for more.</summary>
    /// <remarks>The listener receives no events, but reads the log. At most one signal waits for a slow one.</remarks>
    public EventListener ListenToLog()
    {
        var listener = new EventListener(this, ofLog: true);
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
    internal void Publish(IReadOnlyList<LoggedEvent> numbered)
    {
        if (!HasListeners)
            return;
        // Whom an event is about is read from its payload before the lock, which every stream takes when it begins and ends.
        var drivers = numbered.Select(DriverOf).ToArray();
        lock (_changing)
            for (var i = 0; i < drivers.Length; i++)
            {
                Notify(numbered[i].StreamId, numbered[i]);
                if (drivers[i] is { } driver && driver != numbered[i].StreamId)
                    Notify(driver, numbered[i]);
            }
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

    internal void Add(string about, EventListener listener)
    {
        lock (_changing)
            if (_listeners.TryGetValue(about, out var others))
                others.Add(listener);
            else
                _listeners.Add(about, [listener]);
    }

    internal void Remove(string about, EventListener listener)
    {
        lock (_changing)
            if (_listeners.TryGetValue(about, out var those) && those.Remove(listener) && those.Count == 0)
                _listeners.Remove(about);
    }

    internal void RemoveFromLog(EventListener listener)
    {
        lock (_changing)
            _logListeners.Remove(listener);
    }

    /// <summary>Reads the driver of an event, without reading the rest of its payload.</summary>
    static string? DriverOf(LoggedEvent row)
    {
        // Most events of a system name no driver, or name one near the beginning.
        if (!row.StoredPayload.Contains(DriverMember, StringComparison.Ordinal))
            return null;
        var length = Encoding.UTF8.GetMaxByteCount(row.StoredPayload.Length);
        var rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            var written = Encoding.UTF8.GetBytes(row.StoredPayload, rented);
            var reader = new Utf8JsonReader(rented.AsSpan(0, written));
            while (reader.Read())
                if (
                    reader is { TokenType: JsonTokenType.PropertyName, CurrentDepth: 1 }
                    && reader.ValueTextEquals("driverId"u8)
                )
                    return reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            return null;
        }
        catch (JsonException)
        {
            // It was changed in the database. Whatever reads the event fails, and names it.
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}

/// <summary>Listens for events about streams and drivers, until it is disposed of. It has one reader.</summary>
public sealed class EventListener : IDisposable
{
    // A reader that is this far behind, because its client reads slowly, reads the log instead of keeping more in memory.
    const int Capacity = 64;

    readonly EventLogSignal _signal;
    readonly List<string>? _about;
    readonly Lock _changing = new();
    List<LoggedEvent> _events = [];
    TaskCompletionSource? _waiting;
    bool _missed;

    internal EventListener(EventLogSignal signal, bool ofLog) => (_signal, _about) = (signal, ofLog ? null : []);

    /// <summary>Listens for the events of another stream, or about another driver, too.</summary>
    /// <remarks>An event that is about both is received twice.</remarks>
    /// <returns>False if it listens for them already.</returns>
    public bool Add(string about)
    {
        if (_about!.Contains(about))
            return false;
        _about.Add(about);
        _signal.Add(about, this);
        return true;
    }

    /// <summary>Stops listening for the events of a stream, or about a driver.</summary>
    public void Remove(string about)
    {
        if (_about!.Remove(about))
            _signal.Remove(about, this);
    }

    /// <param name="row">An event; null if there may be some that only reading the log finds.</param>
    internal void Enqueue(LoggedEvent? row)
    {
        TaskCompletionSource? waiting;
        lock (_changing)
        {
            if (row is not null && _events.Count < Capacity)
                _events.Add(row);
            else
                _missed = true;
            (waiting, _waiting) = (_waiting, null);
        }
        waiting?.TrySetResult();
    }

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
        while (true)
        {
            Task waiting;
            lock (_changing)
            {
                if (_events.Count > 0 || _missed)
                {
                    var received = (_events, _missed);
                    (_events, _missed) = ([], false);
                    return received;
                }
                _waiting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                waiting = _waiting.Task;
            }
            try
            {
                await waiting.WaitAsync(timeout, clock, cancellationToken);
            }
            catch (TimeoutException)
            {
                return ([], false);
            }
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (_about is null)
            _signal.RemoveFromLog(this);
        else
            foreach (var about in _about)
                _signal.Remove(about, this);
    }
}
