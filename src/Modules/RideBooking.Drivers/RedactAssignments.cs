using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Drivers;

/// <summary>Redacts where the rides of a forgotten rider went.</summary>
[RepeatIsSafe("What is redacted stays redacted.")]
internal sealed class RedactAssignments(AppDbContext db, IRidesOfRider rides) : IConsumer<RiderForgotten>
{
    const int BatchSize = 500;

    public async Task Consume(ConsumeContext<RiderForgotten> context)
    {
        foreach (var batch in (await rides.List(context.Message.RiderId, context.CancellationToken)).Chunk(BatchSize))
        {
            await db.Set<DriverAssignment>()
                .Where(assignment => batch.Contains(assignment.RideId))
                .ExecuteUpdateAsync(
                    row =>
                        row.SetProperty(assignment => assignment.Pickup, Place.Redacted)
                            .SetProperty(assignment => assignment.Dropoff, Place.Redacted),
                    context.CancellationToken
                );
            await db.Set<RideDestination>()
                .Where(ride => batch.Contains(ride.RideId))
                .ExecuteUpdateAsync(
                    row =>
                        row.SetProperty(ride => ride.Dropoff, Place.Redacted)
                            .SetProperty(ride => ride.Stops, (IReadOnlyList<Place>?)null),
                    context.CancellationToken
                );
        }
    }
}
