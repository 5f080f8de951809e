using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RideBooking.Contracts;
using RideBooking.Payments.Gateway;
using RideBooking.Payments.Methods;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Payments.Authorizations;

/// <summary>Reserves the expected fare on the rider's card.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="Number">The number of the authorization, from 1.</param>
/// <param name="Amount">The amount to reserve.</param>
/// <param name="PaymentMethodId">The payment method. If null, the rider's default.</param>
internal sealed record AuthorizeCard(Guid RideId, string RiderId, int Number, Money Amount, Guid? PaymentMethodId)
{
    /// <summary>Creates the command for the payment's current authorization.</summary>
    public static AuthorizeCard Of(Payment payment) =>
        new(
            payment.CorrelationId,
            payment.RiderId,
            payment.AuthorizationNumber,
            payment.ExpectedFare!,
            payment.PaymentMethodId
        );
}

/// <summary>The gateway reserved the amount.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="Number">The number of the authorization.</param>
internal sealed record AuthorizationSucceeded(Guid RideId, int Number);

/// <summary>The gateway reserved nothing.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="Number">The number of the authorization.</param>
/// <param name="Code">Why.</param>
internal sealed record AuthorizationDeclined(Guid RideId, int Number, string Code);

/// <summary>Whether the gateway reserved the amount is unknown.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="Number">The number of the authorization.</param>
/// <param name="Code">Why.</param>
internal sealed record AuthorizationUnknown(Guid RideId, int Number, string Code);

/// <summary>Calls the gateway for an authorization, outside any transaction, and publishes its response.</summary>
/// <remarks>
/// May run any number of times for one authorization, also concurrently. It records the card and the amount first and then
/// checks that the payment still waits. So an authorization that is abandoned was either recorded, and is voided, or is never
/// requested.
/// </remarks>
[RepeatIsSafe("It requests only the authorization that the payment waits for, under one idempotency key.")]
internal sealed class CallGatewayToAuthorize(
    AppDbContext db,
    IPaymentGateway gateway,
    PaymentOptions options,
    IServiceScopeFactory scopes,
    TimeProvider clock,
    ILogger<CallGatewayToAuthorize> logger
) : IConsumer<AuthorizeCard>
{
    public async Task Consume(ConsumeContext<AuthorizeCard> context)
    {
        var (authorize, cancellationToken) = (context.Message, context.CancellationToken);
        var (rideId, number) = (authorize.RideId, authorize.Number);
        var pinned = await IsAwaited(authorize, cancellationToken) ? await Pinned(authorize, cancellationToken) : null;
        if (!await IsAwaited(authorize, cancellationToken))
        {
            logger.LogInformation("Authorization {Number} for ride {RideId} is obsolete; skipped", number, rideId);
            return;
        }
        if (pinned is null)
        {
            await context.Publish(
                new AuthorizationDeclined(rideId, number, DeclineCodes.NoPaymentMethod),
                cancellationToken
            );
            return;
        }

        var response = await gateway.Authorize(pinned.Request(), cancellationToken);
        await (
            response.Outcome switch
            {
                ChargeOutcome.Authorized => context.Publish(
                    new AuthorizationSucceeded(rideId, number),
                    cancellationToken
                ),
                ChargeOutcome.Unknown => context.Publish(
                    new AuthorizationUnknown(rideId, number, response.Code ?? ChargeResponse.GatewayTimeout),
                    cancellationToken
                ),
                _ => context.Publish(
                    new AuthorizationDeclined(rideId, number, response.Code ?? ChargeResponse.CardDeclined),
                    cancellationToken
                ),
            }
        );
    }

    Task<bool> IsAwaited(AuthorizeCard authorize, CancellationToken cancellationToken) =>
        db.Set<Payment>()
            .AnyAsync(
                payment =>
                    payment.CorrelationId == authorize.RideId
                    && payment.AuthorizationNumber == authorize.Number
                    && payment.Status == nameof(PaymentStateMachine.Authorizing),
                cancellationToken
            );

    /// <summary>Returns the authorization recorded for the key, or records it with the rider's card. Null without a card.</summary>
    async Task<GatewayAuthorization?> Pinned(AuthorizeCard authorize, CancellationToken cancellationToken)
    {
        if (await db.AuthorizationOf(authorize.RideId, authorize.Number, cancellationToken) is { } known)
            return known;
        var token =
            await db.TokenFor(authorize.RiderId, authorize.PaymentMethodId, cancellationToken) ?? options.DefaultToken;
        if (token is null)
            return null;
        await using var scope = scopes.CreateAsyncScope();
        var own = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var pinned = new GatewayAuthorization
        {
            RideId = authorize.RideId,
            Number = authorize.Number,
            Token = token,
            Amount = authorize.Amount,
            At = clock.GetUtcNow(),
        };
        own.Add(pinned);
        try
        {
            await own.SaveChangesAsync(cancellationToken);
            return pinned;
        }
        catch (DbUpdateException exception) when (DatabaseConflicts.IsDuplicateKey(exception))
        {
            // Another delivery recorded the authorization first; its record applies.
            if (await db.AuthorizationOf(authorize.RideId, authorize.Number, cancellationToken) is { } first)
                return first;
            throw;
        }
    }
}

/// <summary>Reads the recorded authorizations.</summary>
internal static class GatewayAuthorizations
{
    /// <summary>Returns the authorization recorded under a number. Null if none is.</summary>
    public static Task<GatewayAuthorization?> AuthorizationOf(
        this AppDbContext db,
        Guid rideId,
        int number,
        CancellationToken cancellationToken
    ) =>
        db.Set<GatewayAuthorization>()
            .AsNoTracking()
            .SingleOrDefaultAsync(row => row.RideId == rideId && row.Number == number, cancellationToken);

    /// <summary>Returns the gateway's request.</summary>
    public static ChargeRequest Request(this GatewayAuthorization authorization) =>
        new(authorization.Key, authorization.RideId.ToString(), authorization.Amount, authorization.Token);
}
