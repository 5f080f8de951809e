using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Matching;

/// <summary>Redacts where the rides of a forgotten rider went, and deletes how far away the drivers were.</summary>
[RepeatIsSafe("What is redacted stays redacted.")]
internal sealed class RedactSearches(AppDbContext db, IRidesOfRider rides) : IConsumer<RiderForgotten>
{
    const int BatchSize = 500;

    public async Task Consume(ConsumeContext<RiderForgotten> context)
    {
        // By the rides, because there is no index by rider.
        foreach (var batch in (await rides.List(context.Message.RiderId, context.CancellationToken)).Chunk(BatchSize))
        {
            await db.Set<Search>()
                .Where(search => batch.Contains(search.RideId))
                .ExecuteUpdateAsync(
                    row =>
                        row.SetProperty(search => search.Pickup, Place.Redacted)
                            .SetProperty(search => search.Dropoff, Place.Redacted)
                            .SetProperty(search => search.Stops, (IReadOnlyList<Place>?)null),
                    context.CancellationToken
                );
            await db.Set<MatchAttempt>()
                .Where(attempt => batch.Contains(attempt.RideId))
                .ExecuteDeleteAsync(context.CancellationToken);
        }
    }
}
