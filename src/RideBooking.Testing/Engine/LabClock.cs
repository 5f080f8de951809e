namespace RideBooking.Testing.Engine;

/// <summary>
/// The time of whoever asks: each message that is being handled has its own, so that any number of runs share one lab. A
/// handler that waits for this clock does not wait: its own time moves on to the timer, and that is how long it took.
/// </summary>
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
                "A timer of the lab's clock was set outside the handling of a message. Nothing would ever fire it."
            );
        var timer = new HandlersTimer(handling, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }
}

/// <summary>A timer that a handler has set while it handles a message.</summary>
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

    /// <summary>Goes off; whoever awaits it runs on within this call until he awaits something else.</summary>
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
