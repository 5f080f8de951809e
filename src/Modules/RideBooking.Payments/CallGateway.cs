using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using RideBooking.Payments.Gateway;
using RideBooking.Payments.Methods;
using RideBooking.Platform.Persistence;

namespace RideBooking.Payments;

/// <summary>
/// Asks the gateway, outside any transaction, and tells the machine what it said. May run any number of times for one attempt:
/// it asks only while the machine waits for this very attempt, and always under the attempt's key.
/// </summary>
internal sealed class CallGateway(
    AppDbContext db,
    IPaymentGateway gateway,
    PaymentOptions options,
    ILogger<CallGateway> log
) : IConsumer<ChargeCard>
{
    public async Task Consume(ConsumeContext<ChargeCard> context)
    {
        var (charge, stop) = (context.Message, context.CancellationToken);
        if (!await IsAwaited(charge, stop))
        {
            log.LogInformation(
                "Attempt {Attempt} for ride {RideId} is no longer wanted",
                charge.Attempt,
                charge.RideId
            );
            return;
        }

        var token = await db.TokenFor(charge.RiderId, charge.PaymentMethodId, stop) ?? options.DefaultToken;
        var answer = token is null ? ChargeAnswer.Declined(NoMethod) : await Ask(charge, token, stop);
        var (rideId, attempt) = (charge.RideId, charge.Attempt);
        await (
            answer switch
            {
                { Outcome: ChargeOutcome.Captured } => context.Publish(new ChargeSucceeded(rideId, attempt), stop),
                { Outcome: ChargeOutcome.Declined, Code: var code } => context.Publish(
                    new ChargeDeclined(rideId, attempt, code ?? "card_declined", MayRetry: code != NoMethod),
                    stop
                ),
                _ => context.Publish(new ChargeUnknown(rideId, attempt, answer.Code ?? "gateway_timeout"), stop),
            }
        );
    }

    // Trying again by itself cannot help.
    const string NoMethod = "no_payment_method";

    // A gateway may forget keys after a while. Our own state does not: a message delivered again a week later ends here.
    Task<bool> IsAwaited(ChargeCard charge, CancellationToken stop) =>
        db.Set<Payment>()
            .AnyAsync(
                payment =>
                    payment.CorrelationId == charge.RideId
                    && payment.Attempt == charge.Attempt
                    && (
                        payment.Status == nameof(PaymentStateMachine.Charging)
                        || payment.Status == nameof(PaymentStateMachine.Settling)
                    ),
                stop
            );

    async Task<ChargeAnswer> Ask(ChargeCard charge, string token, CancellationToken stop)
    {
        if (charge.Resolve && await gateway.Find(charge.Key, stop) is { } found)
            return found;
        return await gateway.Charge(
            new ChargeRequest(charge.Key, charge.RideId.ToString(), charge.Amount, token),
            stop
        );
    }
}
