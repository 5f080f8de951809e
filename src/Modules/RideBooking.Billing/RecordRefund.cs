using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Billing;

/// <summary>Records a refund beside the lines of the invoice, which do not change.</summary>
[RepeatIsSafe("A refund is recorded once, by its number.")]
internal sealed class RecordRefund(AppDbContext db) : IConsumer<PaymentRefunded>
{
    public async Task Consume(ConsumeContext<PaymentRefunded> context)
    {
        var refunded = context.Message;
        var invoice =
            await db.Set<Invoice>().SingleOrDefaultAsync(i => i.RideId == refunded.RideId, context.CancellationToken)
            ?? throw new InvalidOperationException($"Ride {refunded.RideId} was refunded but never invoiced.");
        if (refunded.RiderId != invoice.RiderId)
            throw new UnacceptableMessageException(
                $"Ride {refunded.RideId} belongs to rider {invoice.RiderId} but was refunded to rider {refunded.RiderId}."
            );
        invoice.Refund(
            new InvoiceRefund(
                refunded.Number,
                refunded.RefundId,
                refunded.Amount,
                refunded.Lines,
                refunded.ReasonCode,
                refunded.At
            )
        );
    }
}
