using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Drivers;

/// <summary>Ends the shift of a driver who does not answer offers. They return with a new shift.</summary>
[RepeatIsSafe("It ends the shift with the message's id, and no later one.")]
internal sealed class EndIgnoredShift(AppDbContext db, TimeProvider clock) : IConsumer<DriverIgnoredOffers>
{
    public async Task Consume(ConsumeContext<DriverIgnoredOffers> context)
    {
        var ignored = context.Message;

        // Leaves a shift that has ended, or a newer one, unchanged.
        var ended = await db.Set<DriverProfile>()
            .Where(row => row.DriverId == ignored.DriverId && row.ShiftId == ignored.ShiftId)
            .ExecuteUpdateAsync(
                row =>
                    row.SetProperty(shift => shift.ShiftId, (Guid?)null)
                        .SetProperty(shift => shift.OnlineSince, (DateTimeOffset?)null),
                context.CancellationToken
            );
        if (ended == 1)
            await context.Publish(
                new DriverWentOffline(
                    ignored.DriverId,
                    ignored.ShiftId,
                    ShiftEndReason.OffersIgnored,
                    clock.GetUtcNow()
                )
            );
    }
}
