namespace RideBooking.Analytics;

/// <summary>The quarters of an hour by which events are counted.</summary>
/// <remarks>
/// Stored in the rows, because SQL date arithmetic differs between databases. The hours and days of every time zone consist of
/// whole quarters, and so does a day of 23 or 25 hours.
/// </remarks>
internal static class Bucket
{
    public static readonly TimeSpan Length = TimeSpan.FromTicks(Ticks);

    const long Ticks = 15 * TimeSpan.TicksPerMinute;

    public static DateTimeOffset Quarter(this DateTimeOffset at) =>
        new(at.UtcTicks - at.UtcTicks % Ticks, TimeSpan.Zero);

    /// <summary>Returns the start of the hour in a time zone.</summary>
    public static DateTimeOffset HourIn(this DateTimeOffset quarter, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(quarter, zone);
        return quarter.AddTicks(-(local.Ticks % TimeSpan.TicksPerHour));
    }

    /// <summary>Returns the day in a time zone.</summary>
    public static DateOnly DayIn(this DateTimeOffset quarter, TimeZoneInfo zone) =>
        DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(quarter, zone).DateTime);
}
