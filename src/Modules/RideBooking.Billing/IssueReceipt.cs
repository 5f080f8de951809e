using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Billing;

/// <summary>Issues the receipt of a paid ride, once.</summary>
[RepeatIsSafe("The receipt is issued when the ride's invoice is paid, and an invoice is paid once.")]
internal sealed class IssueReceipt(AppDbContext db, TimeProvider clock) : IConsumer<PaymentCaptured>
{
    public async Task Consume(ConsumeContext<PaymentCaptured> context)
    {
        var payment = context.Message;
        var invoice =
            await db.Set<Invoice>().SingleOrDefaultAsync(i => i.RideId == payment.RideId, context.CancellationToken)
            // A payment without an invoice must never be dropped silently: it is retried, because the invoice may only be late,
            // and finally moved to the error queue.
            ?? throw new InvalidOperationException($"Ride {payment.RideId} was paid but never invoiced.");
        if (invoice.PaidAt is not null)
            return;
        if (payment.RiderId != invoice.RiderId)
            throw new UnacceptableMessageException(
                $"Ride {payment.RideId} belongs to rider {invoice.RiderId} but was paid by rider {payment.RiderId}."
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
