namespace RideBooking.Testing;

/// <summary>
/// The time on a bus that runs: it stands still until a scenario lets time pass. Only what time it is comes from here; whoever
/// waits on this clock waits in real time.
/// </summary>
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
    /// Whether somebody read the system's clock for this time, as MassTransit itself does. The two lie years apart, so it shows.
    /// </summary>
    internal bool IsOfTheSystem(DateTimeOffset time) =>
        (time - System.GetUtcNow()).Duration() < (time - GetUtcNow()).Duration();
}
