namespace RideBooking.Analytics;

/// <summary>
/// The quarters of an hour that events are counted by. Kept in the rows, because no date arithmetic in SQL means the same on every
/// database. The hours and days of every time zone are made of whole quarters, and a day of 23 or 25 hours is, too.
/// </summary>
internal static class Bucket
{
    const long Ticks = 15 * TimeSpan.TicksPerMinute;

    public static DateTimeOffset Quarter(this DateTimeOffset at) =>
        new(at.UtcTicks - at.UtcTicks % Ticks, TimeSpan.Zero);

    /// <summary>The beginning of the hour that the clocks of a time zone show.</summary>
    public static DateTimeOffset HourIn(this DateTimeOffset quarter, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(quarter, zone);
        return quarter.AddTicks(-(local.Ticks % TimeSpan.TicksPerHour));
    }

    /// <summary>The day that the calendars of a time zone show.</summary>
    public static DateOnly DayIn(this DateTimeOffset quarter, TimeZoneInfo zone) =>
        DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(quarter, zone).DateTime);
}
