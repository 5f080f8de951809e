using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Messaging.Failures;
using RideBooking.Platform.Persistence;

namespace RideBooking.Billing;

/// <summary>Records each requested ride.</summary>
internal sealed class RecordRequestedRide(AppDbContext db) : IConsumer<RideRequested>
{
    public async Task Consume(ConsumeContext<RideRequested> context)
    {
        var ride = context.Message;
        if (
            context.IsRetry()
            && await db.Set<RequestedRide>().AnyAsync(known => known.RideId == ride.RideId, context.CancellationToken)
        )
            return;
        db.Add(RequestedRide.Of(ride));
    }
}
