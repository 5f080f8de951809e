namespace RideBooking.Testing.Engine;

/// <summary>
/// A clock with a separate time for each message that is being handled, so that any number of runs share one lab.
/// </summary>
/// <remarks>
/// A handler that waits for this clock does not wait in real time: its own time moves to the timer's due time.
/// </remarks>
sealed class LabClock(DateTimeOffset start, AsyncLocal<Handling?> present) : TimeProvider
{
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => present.Value?.Now ?? start;

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var handling =
            present.Value
            ?? throw new InvalidOperationException(
                "A timer of the lab's clock was set outside the handling of a message. It would never fire."
            );
        var timer = new HandlersTimer(handling, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }
}

/// <summary>A timer that a handler sets while it handles a message.</summary>
sealed class HandlersTimer(Handling handling, TimerCallback callback, object? state) : ITimer
{
    TimeSpan _period = Timeout.InfiniteTimeSpan;

    public DateTimeOffset Due { get; private set; }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        _period = period;
        handling.Forget(this);
        if (dueTime == Timeout.InfiniteTimeSpan)
            return true;
        Due = handling.Now + dueTime;
        handling.Await(this);
        return true;
    }

    /// <summary>
    /// Fires the timer. A handler that awaits it continues within this call until it awaits something else.
    /// </summary>
    public void Fire()
    {
        if (_period > TimeSpan.Zero)
            Change(_period, _period);
        callback(state);
    }

    public void Dispose() => handling.Forget(this);

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
