using System.Linq.Expressions;
using Microsoft.Extensions.Configuration;
using RideBooking.Contracts;
using RideBooking.Platform.Configuration;

namespace RideBooking.Rides;

/// <summary>Which rides have been in their state for longer than a ride should.</summary>
/// <param name="SearchDeadline"><c>Matching:SearchDeadline</c>: when the search for a driver should have ended.</param>
/// <param name="After"><c>Rides:StuckAfter</c>: how long a ride with a driver may go without any change.</param>
internal sealed record StuckRides(TimeSpan SearchDeadline, TimeSpan After)
{
    // A timer may be late.
    static readonly TimeSpan s_tolerance = TimeSpan.FromMinutes(1);

    public static StuckRides Read(IConfiguration configuration) =>
        new(
            RideTimes.Read(configuration).SearchDeadline,
            configuration.Span("Rides:StuckAfter", TimeSpan.FromHours(2))
        );

    /// <summary>Returns the condition for a ride that is stuck at a time.</summary>
    public Expression<Func<Ride, bool>> At(DateTimeOffset now)
    {
        var (searchesSince, unchangedSince) = (now - SearchDeadline - s_tolerance, now - After);
        var bookedUntil = now - s_tolerance;
        return ride =>
            ride.ActiveRiderId != null
            && (
                ride.Status == nameof(RideStatus.Requested)
                    // A ride that is booked ahead is not searched for until later.
                    ? (ride.Search > 0 ? ride.SearchStartedAt < searchesSince : ride.SearchAt < bookedUntil)
                    : ride.ChangedAt < unchangedSince
            );
    }
}
