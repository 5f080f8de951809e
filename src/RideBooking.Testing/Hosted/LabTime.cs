namespace RideBooking.Testing;

/// <summary>The time on a running bus. It stands still until a scenario lets time pass.</summary>
/// <remarks>It only gives the current time. Code that waits on this clock waits in real time.</remarks>
public sealed class LabTime : TimeProvider
{
    readonly Lock _moving = new();
    DateTimeOffset _now = new(2020, 1, 1, 12, 0, 0, TimeSpan.Zero);

    internal LabTime() { }

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_moving)
            return _now;
    }

    internal void MoveTo(DateTimeOffset time)
    {
        lock (_moving)
            _now = time;
    }

    /// <summary>
    /// Whether this time was read from the system's clock, as MassTransit itself reads it. The two clocks lie years apart.
    /// </summary>
    internal bool IsSystemTime(DateTimeOffset time) =>
        (time - System.GetUtcNow()).Duration() < (time - GetUtcNow()).Duration();
}
