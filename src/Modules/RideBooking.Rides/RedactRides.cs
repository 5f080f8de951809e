using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Rides;

/// <summary>Redacts the personal data in the rides of a forgotten rider, as the event log redacts it in their events.</summary>
/// <remarks>
/// The new version makes a copy of the ride in memory stale, so that no later message writes its data back.
/// </remarks>
[RepeatIsSafe("What is redacted stays redacted.")]
internal sealed class RedactRides(AppDbContext db) : IConsumer<RiderForgotten>
{
    public Task Consume(ConsumeContext<RiderForgotten> context)
    {
        var (riderId, redacted) = (context.Message.RiderId, PersonalDataAttribute.Redacted);
        return db.Set<Ride>()
            .Where(ride => ride.RiderId == riderId)
            // Not by the address alone: riders write what they like there.
            .Where(ride => ride.Pickup.Address != redacted || ride.Pickup.Lat != 0 || ride.Pickup.Lng != 0)
            .ExecuteUpdateAsync(
                row =>
                    row.SetProperty(ride => ride.Pickup, Place.Redacted)
                        .SetProperty(ride => ride.Dropoff, Place.Redacted)
                        .SetProperty(ride => ride.Stops, (IReadOnlyList<Place>?)null)
                        .SetProperty(
                            ride => ride.CancellationReason,
                            ride => ride.CancellationReason == null ? null : redacted
                        )
                        .SetProperty(ride => ride.RatingComment, ride => ride.RatingComment == null ? null : redacted)
                        .SetProperty(
                            ride => ride.RiderRatingComment,
                            ride => ride.RiderRatingComment == null ? null : redacted
                        )
                        .SetProperty(ride => ride.Version, ride => ride.Version + 1),
                context.CancellationToken
            );
    }
}
