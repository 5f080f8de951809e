using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Billing;

/// <summary>Records on the invoice that its amount was written off, once.</summary>
[RepeatIsSafe("An invoice is written off once.")]
internal sealed class RecordWriteOff(AppDbContext db) : IConsumer<BalanceWrittenOff>
{
    public async Task Consume(ConsumeContext<BalanceWrittenOff> context)
    {
        var writtenOff = context.Message;
        var invoice =
            await db.Set<Invoice>().SingleOrDefaultAsync(i => i.RideId == writtenOff.RideId, context.CancellationToken)
            ?? throw new InvalidOperationException($"Ride {writtenOff.RideId} was written off but never invoiced.");
        if (invoice.WrittenOffAt is null)
            invoice.WriteOff(writtenOff.At);
    }
}
