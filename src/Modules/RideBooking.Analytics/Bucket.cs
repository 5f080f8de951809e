namespace RideBooking.Analytics;

/// <summary>The hours and days figures are counted by, in UTC. Kept in the rows, because no date arithmetic in SQL means the same on every database.</summary>
internal static class Bucket
{
    public static DateTimeOffset Hour(this DateTimeOffset at) => at.Floor(TimeSpan.TicksPerHour);

    public static DateTimeOffset Day(this DateTimeOffset at) => at.Floor(TimeSpan.TicksPerDay);

    static DateTimeOffset Floor(this DateTimeOffset at, long ticks) =>
        new(at.UtcTicks - at.UtcTicks % ticks, TimeSpan.Zero);
}
