using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using RideBooking.Contracts;
using RideBooking.Payments.Gateway;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Payments.Refunds;

/// <summary>Returns money of a captured charge at the gateway.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="Number">The number of the refund.</param>
/// <param name="Attempt">The number of this call, from 1.</param>
/// <param name="Amount">The amount to return.</param>
/// <param name="ChargeKey">The idempotency key of the captured charge.</param>
internal sealed record RefundCard(Guid RideId, int Number, int Attempt, Money Amount, string ChargeKey)
{
    /// <summary>Creates the command for the payment's refund in flight.</summary>
    public static RefundCard Of(Payment payment, Refund refund) =>
        new(payment.CorrelationId, refund.Number, refund.Attempt, refund.Amount, payment.IdempotencyKey);
}

/// <summary>The gateway returned the money.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="Number">The number of the refund.</param>
internal sealed record RefundSucceeded(Guid RideId, int Number);

/// <summary>The gateway returned nothing and, under this key, never will.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="Number">The number of the refund.</param>
/// <param name="Code">Why.</param>
internal sealed record RefundDeclined(Guid RideId, int Number, string Code);

/// <summary>Whether the gateway returned the money is unknown.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="Number">The number of the refund.</param>
/// <param name="Attempt">The number of the call.</param>
/// <param name="Code">Why.</param>
internal sealed record RefundUnknown(Guid RideId, int Number, int Attempt, string Code);

/// <summary>Calls the gateway for a refund, outside any transaction, and publishes its response.</summary>
/// <remarks>
/// May run any number of times for one refund, also concurrently: the gateway returns money at most once under one key, and is
/// called only while the state machine waits for this very refund.
/// </remarks>
[RepeatIsSafe("It refunds only the refund that the payment waits for, under one idempotency key.")]
internal sealed class CallGatewayForRefund(
    AppDbContext db,
    IPaymentGateway gateway,
    ILogger<CallGatewayForRefund> logger
) : IConsumer<RefundCard>
{
    public async Task Consume(ConsumeContext<RefundCard> context)
    {
        var (refund, cancellationToken) = (context.Message, context.CancellationToken);
        var (rideId, number) = (refund.RideId, refund.Number);
        // A gateway may forget keys after a while. The state machine does not.
        var payment = await db.Set<Payment>()
            .AsNoTracking()
            .SingleOrDefaultAsync(row => row.CorrelationId == rideId, cancellationToken);
        if (payment?.PendingRefund()?.Number != number)
        {
            logger.LogInformation("Refund {Number} for ride {RideId} is obsolete; skipped", number, rideId);
            return;
        }

        var response = await gateway.Refund(
            new RefundRequest(Refund.KeyOf(rideId, number), rideId.ToString(), refund.ChargeKey, refund.Amount),
            cancellationToken
        );
        await (
            response.Outcome switch
            {
                ChargeOutcome.Refunded => context.Publish(new RefundSucceeded(rideId, number), cancellationToken),
                ChargeOutcome.Unknown => context.Publish(
                    new RefundUnknown(rideId, number, refund.Attempt, response.Code ?? ChargeResponse.GatewayTimeout),
                    cancellationToken
                ),
                _ => context.Publish(
                    new RefundDeclined(rideId, number, response.Code ?? ChargeResponse.RefundRefused),
                    cancellationToken
                ),
            }
        );
    }
}
