using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Billing;

/// <summary>What is paid gets its receipt, once.</summary>
internal sealed class IssueReceipt(AppDbContext db, TimeProvider clock) : IConsumer<PaymentCaptured>
{
    public async Task Consume(ConsumeContext<PaymentCaptured> context)
    {
        var payment = context.Message;
        var invoice =
            await db.Set<Invoice>().SingleOrDefaultAsync(i => i.RideId == payment.RideId, context.CancellationToken)
            // Money came in for nothing we asked for: never to be dropped silently, so it goes to the error queue unless the
            // invoice is only late.
            ?? throw new InvalidOperationException($"Ride {payment.RideId} was paid but never invoiced.");
        if (invoice.PaidAt is not null)
            return;
        if (payment.RiderId != invoice.RiderId)
            throw new UnacceptableMessageException(
                $"Ride {payment.RideId} is rider {invoice.RiderId}'s but was paid by rider {payment.RiderId}."
            );
        if (payment.Amount != invoice.Total)
            throw new UnacceptableMessageException(
                $"Ride {payment.RideId} was invoiced {invoice.Total} but paid {payment.Amount}."
            );

        invoice.Pay(payment.At);
        await context.Publish(
            new ReceiptIssued(
                invoice.RideId,
                invoice.RiderId,
                invoice.Id,
                invoice.Number,
                invoice.Total,
                clock.GetUtcNow()
            )
        );
    }
}
