using Microsoft.Extensions.Configuration;
using RideBooking.Platform.Configuration;

namespace RideBooking.Rides;

/// <summary>The settings of rides that are booked ahead.</summary>
/// <param name="MinAhead"><c>Rides:MinBookingAhead</c>: how long before the pickup a ride must be booked.</param>
/// <param name="MaxAhead"><c>Rides:MaxBookingAhead</c>: how long before the pickup a ride may be booked.</param>
/// <param name="SearchAhead">
/// <c>Rides:SearchAhead</c>: how long before the pickup the search starts, in addition to a driver's estimated time to the pickup.
/// </param>
/// <param name="MaxBooked"><c>Rides:MaxBookedRides</c>: the maximum number of booked rides of a rider that have not ended.</param>
internal sealed record Bookings(TimeSpan MinAhead, TimeSpan MaxAhead, TimeSpan SearchAhead, int MaxBooked)
{
    public static Bookings Read(IConfiguration configuration) =>
        new(
            configuration.Span("Rides:MinBookingAhead", TimeSpan.FromMinutes(15)),
            configuration.Span("Rides:MaxBookingAhead", TimeSpan.FromDays(30)),
            configuration.Span("Rides:SearchAhead", TimeSpan.FromMinutes(10)),
            (int)configuration.Number("Rides:MaxBookedRides", defaultValue: 10, min: 0, max: 1000)
        );

    /// <summary>Returns why a pickup at that time cannot be booked; null if it can.</summary>
    public string? Check(DateTimeOffset pickupAt, DateTimeOffset now) =>
        pickupAt < now + MinAhead ? $"must be at least {InWords(MinAhead)} from now"
        : pickupAt > now + MaxAhead ? $"must be at most {InWords(MaxAhead)} from now"
        : null;

    /// <summary>Returns when the search for a driver starts: not before the booking.</summary>
    public DateTimeOffset SearchAt(DateTimeOffset pickupAt, int etaSeconds, DateTimeOffset now) =>
        pickupAt - SearchAhead - TimeSpan.FromSeconds(etaSeconds) is var due && due > now ? due : now;

    static string InWords(TimeSpan time) =>
        time.Ticks % TimeSpan.TicksPerDay == 0 ? $"{time.Days} days"
        : time.Ticks % TimeSpan.TicksPerMinute == 0 ? $"{(int)time.TotalMinutes} minutes"
        : $"{(int)time.TotalSeconds} seconds";
}
