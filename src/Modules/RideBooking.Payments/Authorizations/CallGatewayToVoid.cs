using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using RideBooking.Payments.Gateway;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Payments.Authorizations;

/// <summary>Releases an authorization that is not needed.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="Number">The number of the authorization.</param>
internal sealed record VoidAuthorization(Guid RideId, int Number)
{
    /// <summary>Creates the command for the payment's current authorization.</summary>
    public static VoidAuthorization Of(Payment payment) => new(payment.CorrelationId, payment.AuthorizationNumber);
}

/// <summary>The authorization holds nothing on the card any more.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="Number">The number of the authorization.</param>
internal sealed record AuthorizationVoided(Guid RideId, int Number);

/// <summary>Calls the gateway to release an authorization, outside any transaction, and publishes when it is released.</summary>
/// <remarks>If the gateway does not answer, <see cref="ResumePayments"/> requests it again. An authorization expires.</remarks>
[RepeatIsSafe("An authorization is released at most once, and only when the payment does not need it.")]
internal sealed class CallGatewayToVoid(AppDbContext db, IPaymentGateway gateway, ILogger<CallGatewayToVoid> logger)
    : IConsumer<VoidAuthorization>
{
    public async Task Consume(ConsumeContext<VoidAuthorization> context)
    {
        var ((rideId, number), cancellationToken) = (context.Message, context.CancellationToken);
        var isAwaited = await db.Set<Payment>()
            .AnyAsync(
                payment =>
                    payment.CorrelationId == rideId
                    && payment.AuthorizationNumber == number
                    && payment.AuthorizationState == AuthorizationStates.Voiding,
                cancellationToken
            );
        if (!isAwaited)
            return;
        if (await db.AuthorizationOf(rideId, number, cancellationToken) is { } authorization)
        {
            var response = await gateway.Void(authorization.Request(), cancellationToken);
            if (response.Outcome == ChargeOutcome.Unknown)
            {
                logger.LogWarning(
                    "The gateway did not answer ({Code}) whether authorization {Number} of ride {RideId} is released; it will be requested again",
                    response.Code,
                    number,
                    rideId
                );
                return;
            }
        }
        await context.Publish(new AuthorizationVoided(rideId, number), cancellationToken);
    }
}
