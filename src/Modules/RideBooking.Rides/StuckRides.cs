using System.Linq.Expressions;
using Microsoft.Extensions.Configuration;
using RideBooking.Contracts;
using RideBooking.Platform.Configuration;
using RideBooking.Platform.Persistence;
using RideBooking.Positions;

namespace RideBooking.Rides;

/// <summary>Which rides have been in their state for longer than a ride should, or have lost their driver.</summary>
/// <param name="SearchDeadline"><c>Matching:SearchDeadline</c>: when the search for a driver should have ended.</param>
/// <param name="After">
/// <c>Rides:StuckAfter</c>: how long a ride whose driver is on the way or waiting may go without any change.
/// </param>
/// <param name="Rules">When a ride in progress is overdue, or its driver silent.</param>
internal sealed record StuckRides(TimeSpan SearchDeadline, TimeSpan After, RideRules Rules)
{
    // A timer may be late.
    static readonly TimeSpan s_tolerance = TimeSpan.FromMinutes(1);

    public static StuckRides Read(IConfiguration configuration) =>
        new(
            RideTimes.Read(configuration).SearchDeadline,
            configuration.Span("Rides:StuckAfter", TimeSpan.FromHours(2)),
            RideRules.Read(configuration)
        );

    /// <summary>Returns the condition for a ride that is stuck at a time.</summary>
    public Expression<Func<Ride, bool>> At(AppDbContext db, DateTimeOffset now)
    {
        var (searchesSince, unchangedSince) = (now - SearchDeadline - s_tolerance, now - After);
        var bookedUntil = now - s_tolerance;
        var (startedSince, seenSince) = (now - Rules.OverdueAfter, now - Rules.SilentAfter);
        var positions = db.Set<DriverPosition>();
        return ride =>
            ride.ActiveRiderId != null
            && (
                ride.Status == nameof(RideStatus.Requested)
                    // A ride that is booked ahead is not searched for until later.
                    ? (ride.Search > 0 ? ride.SearchStartedAt < searchesSince : ride.SearchAt < bookedUntil)
                : ride.Status == nameof(RideStatus.InProgress)
                    ? (
                        // Rides that an earlier version started do not know when they are overdue.
                        (ride.OverdueAt != null && ride.OverdueAt < now)
                        || (ride.OverdueAt == null && ride.StartedAt < startedSince)
                        || (
                            ride.StartedAt < seenSince
                            && !positions.Any(position =>
                                position.DriverId == ride.DriverId && position.At >= seenSince
                            )
                        )
                    )
                : ride.ChangedAt < unchangedSince
            );
    }
}
