using System.Globalization;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RideBooking.Contracts;
using RideBooking.Payments.Authorizations;
using RideBooking.Payments.Gateway;
using RideBooking.Payments.Methods;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Payments;

/// <summary>Charges the ride's amount at the gateway.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="Amount">The amount to capture.</param>
/// <param name="Attempt">The number of this attempt, from 1.</param>
/// <param name="Key">The idempotency key.</param>
/// <param name="Resolve">Whether the outcome of an earlier charge under this key is unknown and must be looked up first.</param>
/// <param name="PaymentMethodId">The payment method. If null, the rider's default.</param>
/// <param name="Close">Captures nothing: only looks up the outcome of the key and closes it.</param>
/// <param name="Authorization">The number of the authorization to capture the amount from; null if there is none.</param>
internal sealed record ChargeCard(
    Guid RideId,
    string RiderId,
    Money Amount,
    int Attempt,
    string Key,
    bool Resolve,
    Guid? PaymentMethodId,
    bool Close = false,
    int? Authorization = null
)
{
    /// <summary>The number of the first key to use. The keys before it can capture nothing any more.</summary>
    public int FirstKeyNumber() => int.Parse(Key.AsSpan(Key.LastIndexOf('/') + 1), CultureInfo.InvariantCulture);

    /// <summary>Whether a charge may be recorded for a key. The first attempt of nearly every ride skips the query.</summary>
    public bool MayHaveBeenAsked(int number) => Resolve || Attempt > 1 || number > 1;

    /// <summary>Creates the command for the payment's current attempt.</summary>
    public static ChargeCard Of(Payment payment) =>
        new(
            payment.CorrelationId,
            payment.RiderId,
            payment.Due,
            payment.Attempt,
            payment.IdempotencyKey,
            payment.Unresolved,
            payment.PaymentMethodId,
            Authorization: payment.UsableAuthorization()
        );
}

/// <summary>The gateway captured the amount.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="KeyNumber">The number of the key that was used; 0 for the payment's.</param>
/// <param name="ByAuthorization">Whether it was captured from the payment's authorization.</param>
internal sealed record ChargeSucceeded(Guid RideId, int Attempt, int KeyNumber = 0, bool ByAuthorization = false);

/// <summary>The gateway did not capture the amount and, under this key, never will.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="Code">Why.</param>
/// <param name="MayRetry">Whether an automatic retry can help.</param>
/// <param name="KeyNumber">The number of the key that was used; 0 for the payment's.</param>
internal sealed record ChargeDeclined(Guid RideId, int Attempt, string Code, bool MayRetry, int KeyNumber = 0);

/// <summary>The outcome at the gateway is unknown.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="Code">Why.</param>
/// <param name="KeyNumber">The number of the key that was used; 0 for the payment's.</param>
internal sealed record ChargeUnknown(Guid RideId, int Attempt, string Code, int KeyNumber = 0);

/// <summary>Calls the gateway, outside any transaction, and publishes its response.</summary>
/// <remarks>
/// May run any number of times for one attempt, also concurrently: it calls the gateway only while the state machine waits for
/// this very attempt.
/// A key belongs to one card and one amount, which are recorded before the gateway is called (<see cref="GatewayCharge"/>). If the
/// rider then pays with another card, the earlier key is first closed at the gateway, which tells whether its amount was captured.
/// A new key follows only when the earlier one can capture nothing any more, so no order of messages charges a ride twice. A
/// capture from an authorization has such a key, too: if the authorization is expired or voided, the card is charged under the
/// next key.
/// </remarks>
[RepeatIsSafe("It charges only the attempt that the payment waits for, under one idempotency key.")]
internal sealed class CallGateway(
    AppDbContext db,
    IPaymentGateway gateway,
    PaymentOptions options,
    IServiceScopeFactory scopes,
    TimeProvider clock,
    ILogger<CallGateway> logger
) : IConsumer<ChargeCard>
{
    public async Task Consume(ConsumeContext<ChargeCard> context)
    {
        var (charge, cancellationToken) = (context.Message, context.CancellationToken);
        var (rideId, attempt) = (charge.RideId, charge.Attempt);
        var authorization = charge.Authorization is { } authorized
            ? await db.AuthorizationOf(rideId, authorized, cancellationToken)
            : null;
        for (var number = charge.FirstKeyNumber(); ; number++)
        {
            if (!await IsAwaited(charge, cancellationToken))
            {
                logger.LogInformation("Attempt {Attempt} for ride {RideId} is obsolete; skipped", attempt, rideId);
                return;
            }

            var token = charge.Close
                ? null
                : await db.TokenFor(charge.RiderId, charge.PaymentMethodId, cancellationToken) ?? options.DefaultToken;
            var pinned = await Pinned(
                charge,
                number,
                token,
                authorization?.Token == token ? authorization?.Number : null,
                cancellationToken
            );
            if (pinned is null)
            {
                await context.Publish(
                    new ChargeDeclined(
                        rideId,
                        attempt,
                        charge.Close ? ChargeResponse.Closed : DeclineCodes.NoPaymentMethod,
                        false,
                        number
                    ),
                    cancellationToken
                );
                return;
            }

            var response = await ChargeOrClose(pinned, charge, token, number, cancellationToken);
            if (
                response is
                { Outcome: ChargeOutcome.Declined, Code: ChargeResponse.Closed or ChargeResponse.AuthorizationGone }
            )
            {
                authorization = null;
                continue;
            }
            await (
                response switch
                {
                    { Outcome: ChargeOutcome.Captured } => context.Publish(
                        new ChargeSucceeded(rideId, attempt, number, pinned.AuthorizationNumber is not null),
                        cancellationToken
                    ),
                    { Outcome: ChargeOutcome.Declined } => context.Publish(
                        Declined(charge, response.Code ?? ChargeResponse.CardDeclined, number),
                        cancellationToken
                    ),
                    _ => context.Publish(
                        new ChargeUnknown(rideId, attempt, response.Code ?? ChargeResponse.GatewayTimeout, number),
                        cancellationToken
                    ),
                }
            );
            return;
        }
    }

    static ChargeDeclined Declined(ChargeCard charge, string code, int number) =>
        new(charge.RideId, charge.Attempt, code, MayRetry: !DeclineCodes.IsPermanent(code), number);

    // A gateway may forget keys after a while. The state machine does not: a message delivered again a week later ends here.
    Task<bool> IsAwaited(ChargeCard charge, CancellationToken cancellationToken) =>
        db.Set<Payment>()
            .AnyAsync(
                payment =>
                    payment.CorrelationId == charge.RideId
                    && payment.Attempt == charge.Attempt
                    && (
                        payment.Status == nameof(PaymentStateMachine.Charging)
                        || payment.Status == nameof(PaymentStateMachine.Settling)
                        || (payment.Status == nameof(PaymentStateMachine.WrittenOff) && payment.Unresolved)
                    ),
                cancellationToken
            );

    /// <summary>Returns the charge recorded for the key, or records it with the given card. Null without a card.</summary>
    async Task<GatewayCharge?> Pinned(
        ChargeCard charge,
        int number,
        string? token,
        int? authorization,
        CancellationToken cancellationToken
    )
    {
        if (charge.MayHaveBeenAsked(number) && await Read() is { } known)
            return known;
        if (token is null)
            return await Read();

        await using var scope = scopes.CreateAsyncScope();
        var own = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var pinned = new GatewayCharge
        {
            RideId = charge.RideId,
            KeyNumber = number,
            Token = token,
            Amount = charge.Amount,
            At = clock.GetUtcNow(),
            AuthorizationNumber = authorization,
        };
        own.Add(pinned);
        try
        {
            await own.SaveChangesAsync(cancellationToken);
            return pinned;
        }
        catch (DbUpdateException exception) when (DatabaseConflicts.IsDuplicateKey(exception))
        {
            // Another delivery of this attempt recorded the charge first; its record applies.
            if (await Read() is { } first)
                return first;
            throw;
        }

        Task<GatewayCharge?> Read() =>
            db.Set<GatewayCharge>()
                .AsNoTracking()
                .SingleOrDefaultAsync(row => row.RideId == charge.RideId && row.KeyNumber == number, cancellationToken);
    }

    async Task<ChargeResponse> ChargeOrClose(
        GatewayCharge pinned,
        ChargeCard charge,
        string? token,
        int number,
        CancellationToken cancellationToken
    )
    {
        var request = new ChargeRequest(pinned.Key, pinned.RideId.ToString(), pinned.Amount, pinned.Token);
        if (!pinned.IsFor(token, charge.Amount))
        {
            var closed = await gateway.Close(request, cancellationToken);
            // A definite decline concerns the earlier card. The new card has not been charged yet.
            return closed.Outcome == ChargeOutcome.Declined ? ChargeResponse.Declined(ChargeResponse.Closed) : closed;
        }
        if (
            charge.Resolve
            && number == charge.FirstKeyNumber()
            && await gateway.Find(pinned.Key, cancellationToken) is { } found
        )
            return found;
        return pinned.AuthorizationNumber is { } authorization
            ? await gateway.Capture(
                request,
                GatewayAuthorization.KeyOf(pinned.RideId, authorization),
                cancellationToken
            )
            : await gateway.Charge(request, cancellationToken);
    }
}
