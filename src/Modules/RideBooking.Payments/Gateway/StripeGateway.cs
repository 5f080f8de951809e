using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RideBooking.Platform.Persistence;
using Stripe;
using DatabaseConflicts = MassTransit.DatabaseConflicts;

namespace RideBooking.Payments.Gateway;

/// <summary>Moves money at Stripe (docs/payments.md).</summary>
/// <remarks>
/// A charge is a payment intent that is first created, then recorded (<see cref="StripeIntent"/>), then confirmed. Only a
/// recorded intent is ever confirmed, and each key has one. A decline is definite only once its intent is canceled: then
/// nothing can be taken under the key, however late a call arrives. Every answer follows from the intent's state at Stripe.
/// </remarks>
internal sealed class StripeGateway(
    IHttpClientFactory http,
    StripeOptions options,
    IServiceScopeFactory scopes,
    TimeProvider clock,
    ILogger<StripeGateway> logger
) : IPaymentGateway
{
    /// <summary>The name of the HTTP client.</summary>
    public const string HttpClientName = "stripe";

    /// <summary>The key of an intent's metadata with our idempotency key.</summary>
    public const string KeyMetadata = "ridebooking_key";

    /// <summary>The key of an intent's metadata with the key of the charge that captured the authorization.</summary>
    public const string CaptureMetadata = "ridebooking_charge_key";

    /// <summary>The key of the metadata with the ride.</summary>
    public const string RideMetadata = "ride_id";

    /// <summary>The code of an amount that Stripe cannot take exactly, such as 1.255 KWD.</summary>
    public const string AmountNotSupported = "amount_not_supported";

    /// <summary>The code of a card whose bank asks for the rider, who is not there.</summary>
    public const string AuthenticationRequired = "authentication_required";

    const string InvalidToken = "invalid_token";

    // Stripe saves an answer 500 under its idempotency key, too. One more key after each of them lets the next call through.
    const int MaxSavedErrors = 3;

    public Task<SavedCard?> Save(string token, string riderId, CancellationToken cancellationToken) =>
        Loudly(async () =>
        {
            if (StripeCard.Parse(token) is not { Customer: null } card)
                return null;
            // The same rider and card give the same customer, if the answer is lost and the rider tries again.
            var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{riderId}\n{token}")));
            try
            {
                var customer = await Call(
                    stripe => stripe.Customers.CreateAsync(new(), Key($"customer/{key}"), cancellationToken),
                    cancellationToken
                );
                var method = await Call(
                    stripe =>
                        stripe.PaymentMethods.AttachAsync(
                            card.PaymentMethod,
                            new() { Customer = customer.Id },
                            Key($"attach/{key}"),
                            cancellationToken
                        ),
                    cancellationToken
                );
                return method.Card is { } details
                    ? new SavedCard(
                        new StripeCard(customer.Id, method.Id).Token,
                        new CardDetails(details.Brand ?? "card", details.Last4 ?? "")
                    )
                    : null;
            }
            catch (StripeException exception)
                when (exception.IsCardError() || (int)exception.HttpStatusCode is 400 or 404)
            {
                logger.LogInformation(
                    "Stripe does not accept the payment method of a rider ({Code}); it is not added",
                    exception.StripeError is { } error ? StripeErrors.CodeOf(error) : "unknown"
                );
                return null;
            }
        });

    public Task Remove(string token, CancellationToken cancellationToken) =>
        Loudly(async () =>
        {
            if (StripeCard.Parse(token) is not { Customer: not null } card)
                return false;
            try
            {
                await Call(
                    stripe =>
                        stripe.PaymentMethods.DetachAsync(card.PaymentMethod, cancellationToken: cancellationToken),
                    cancellationToken
                );
                return true;
            }
            catch (StripeException exception) when ((int)exception.HttpStatusCode is 400 or 404)
            {
                return false; // It was removed before.
            }
        });

    public Task<ChargeResponse> Authorize(ChargeRequest request, CancellationToken cancellationToken) =>
        Answer(() => Confirm(request, StripeIntent.AuthorizationKind, cancellationToken));

    public Task<ChargeResponse> Charge(ChargeRequest request, CancellationToken cancellationToken) =>
        Answer(() => Confirm(request, StripeIntent.ChargeKind, cancellationToken));

    public Task<ChargeResponse> Capture(
        ChargeRequest request,
        string authorizationKey,
        CancellationToken cancellationToken
    ) =>
        Answer(async () =>
        {
            var known = await Read(request.Key, cancellationToken);
            var isFirst = known is null;
            known ??= await Record(await CaptureFrom(authorizationKey, request, cancellationToken), cancellationToken);
            CheckSame(known, request);
            return await Decide(
                known,
                isFirst ? null : await Get(known, cancellationToken),
                (stripe, key) =>
                    stripe.PaymentIntents.CaptureAsync(
                        known.PaymentIntentId,
                        new()
                        {
                            AmountToCapture = StripeAmount.Of(request.Amount),
                            Metadata = new() { [CaptureMetadata] = request.Key },
                        },
                        key,
                        cancellationToken
                    ),
                cancellationToken
            );
        });

    public async Task<ChargeResponse?> Find(string key, CancellationToken cancellationToken) =>
        await Read(key, cancellationToken) is not { } known ? null
        : known.PaymentIntentId is null ? Declined(known)
        : await Loudly(async () =>
        {
            try
            {
                return Outcome(known, (await Get(known, cancellationToken))!);
            }
            catch (GatewayUnavailableException outage)
            {
                return ChargeResponse.Unknown(outage.Code);
            }
        });

    public Task<ChargeResponse> Close(ChargeRequest request, CancellationToken cancellationToken) =>
        Answer(() => Close(request, StripeIntent.ChargeKind, cancellationToken));

    public Task<ChargeResponse> Void(ChargeRequest authorization, CancellationToken cancellationToken) =>
        Answer(async () =>
            await Close(authorization, StripeIntent.AuthorizationKind, cancellationToken) is var response
            && response.Outcome == ChargeOutcome.Authorized
                ? ChargeResponse.Captured
                : response
        );

    public Task<ChargeResponse> Refund(RefundRequest request, CancellationToken cancellationToken) =>
        Answer(async () =>
        {
            if (await Read(request.ChargeKey, cancellationToken) is not { PaymentIntentId: { } intentId })
                return ChargeResponse.Declined("charge_not_captured");
            if (StripeAmount.Of(request.Amount) is not { } amount)
                return ChargeResponse.Declined(AmountNotSupported);
            // Stripe forgets the key after a day, so what was refunded under it is looked up. The list of an intent's refunds is
            // never stale, unlike a search.
            if (await FindRefund(intentId, request.Key, cancellationToken) is { } known)
                return known.Amount == amount
                    ? Response(known)
                    : throw new InvalidOperationException($"The key {request.Key} was used for another amount.");
            try
            {
                return Response(
                    await Call(
                        stripe =>
                            stripe.Refunds.CreateAsync(
                                new()
                                {
                                    PaymentIntent = intentId,
                                    Amount = amount,
                                    Metadata = new()
                                    {
                                        [KeyMetadata] = request.Key,
                                        [RideMetadata] = request.Reference,
                                    },
                                },
                                Key(request.Key),
                                cancellationToken
                            ),
                        cancellationToken
                    )
                );
            }
            catch (StripeException exception) when (exception.StripeError?.Code == "charge_already_refunded")
            {
                return ChargeResponse.Declined("refund_exceeds_charge");
            }
            catch (StripeException exception)
                when ((int)exception.HttpStatusCode == 400 && exception.StripeError?.Type == "invalid_request_error")
            {
                // More than is left, a charge under dispute, or a charge without a capture: no money moved.
                logger.LogWarning(
                    "Stripe refused refund {Key} ({Code}, {Param}), request {RequestId}; the refund fails",
                    request.Key,
                    exception.StripeError.Code,
                    exception.StripeError.Param,
                    exception.StripeResponse?.RequestId
                );
                return ChargeResponse.Declined(
                    exception.StripeError.Param == "amount" ? "refund_exceeds_charge" : ChargeResponse.RefundRefused
                );
            }
        });

    /// <summary>Creates and records the intent of a key, unless it is known, and confirms it.</summary>
    async Task<ChargeResponse> Confirm(ChargeRequest request, string kind, CancellationToken cancellationToken)
    {
        var known = await Read(request.Key, cancellationToken);
        var isFirst = known is null;
        known ??= await Record(await Create(request, kind, cancellationToken), cancellationToken);
        CheckSame(known, request);
        return await Decide(
            known,
            isFirst ? null : await Get(known, cancellationToken),
            (stripe, key) =>
                stripe.PaymentIntents.ConfirmAsync(
                    known.PaymentIntentId,
                    new() { OffSession = true },
                    key,
                    cancellationToken
                ),
            cancellationToken
        );
    }

    /// <summary>Creates an intent that is not confirmed: without a confirmation it never takes money.</summary>
    /// <remarks>If it is not recorded, because the answer is lost or another call was faster, it stays unused.</remarks>
    async Task<StripeIntent> Create(ChargeRequest request, string kind, CancellationToken cancellationToken)
    {
        if (StripeAmount.Of(request.Amount) is not { } amount)
            return Row(request, kind, null, AmountNotSupported);
        if (StripeCard.Parse(request.Token) is not { } card)
            return Row(request, kind, null, InvalidToken);
        try
        {
            var intent = await CallUntilFresh(
                $"{request.Key}/create",
                (stripe, key) =>
                    stripe.PaymentIntents.CreateAsync(
                        new()
                        {
                            Amount = amount,
                            Currency = request.Amount.Currency.ToLowerInvariant(),
                            Customer = card.Customer,
                            PaymentMethod = card.PaymentMethod,
                            AllowedPaymentMethodTypes = ["card"],
                            CaptureMethod = kind == StripeIntent.AuthorizationKind ? "manual" : "automatic",
                            Metadata = new() { [KeyMetadata] = request.Key, [RideMetadata] = request.Reference },
                        },
                        key,
                        cancellationToken
                    ),
                cancellationToken
            );
            return Row(request, kind, intent.Id, null);
        }
        catch (StripeException exception) when (exception.StripeError?.Code is "amount_too_small" or "amount_too_large")
        {
            return Row(request, kind, null, exception.StripeError.Code);
        }
        catch (StripeException exception) when (exception.IsUnusableCard())
        {
            return Row(request, kind, null, InvalidToken);
        }
    }

    async Task<StripeIntent> CaptureFrom(
        string authorizationKey,
        ChargeRequest request,
        CancellationToken cancellationToken
    )
    {
        var authorization = await Read(authorizationKey, cancellationToken);
        var isUsable =
            authorization is { PaymentIntentId: not null, DeclineCode: null }
            && authorization.Amount.Currency == request.Amount.Currency
            && authorization.Amount.Amount >= request.Amount.Amount
            && StripeAmount.Of(request.Amount) is not null;
        return isUsable
            ? Row(request, StripeIntent.CaptureKind, authorization!.PaymentIntentId, null)
            : Row(request, StripeIntent.CaptureKind, null, ChargeResponse.AuthorizationGone);
    }

    async Task<ChargeResponse> Close(ChargeRequest request, string kind, CancellationToken cancellationToken)
    {
        // Without an intent the row itself closes the key: the call that would create one finds the row.
        var known =
            await Read(request.Key, cancellationToken)
            ?? await Record(Row(request, kind, null, ChargeResponse.Closed), cancellationToken);
        return known.PaymentIntentId is null
            ? Declined(known)
            : await Cancel(known, ChargeResponse.Closed, cancellationToken);
    }

    /// <summary>Returns the outcome of an intent. If it has none yet, acts on it first: confirms or captures it.</summary>
    /// <param name="known">The record of the key.</param>
    /// <param name="intent">The intent as it is at Stripe; null if it was created just now.</param>
    /// <param name="act">What to do, under an idempotency key.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    async Task<ChargeResponse> Decide(
        StripeIntent known,
        PaymentIntent? intent,
        Func<V1Services, RequestOptions, Task<PaymentIntent>> act,
        CancellationToken cancellationToken
    )
    {
        if (known.PaymentIntentId is null)
            return Declined(known);
        if (intent is not null && Outcome(known, intent) is { } before)
            return before;
        if ((known.DeclineCode ?? Failure(intent)) is { } code)
            return await Cancel(known, code, cancellationToken);

        var isCapture = known.Kind == StripeIntent.CaptureKind;
        try
        {
            intent = await CallUntilFresh($"{known.Key}/{(isCapture ? "capture" : "confirm")}", act, cancellationToken);
        }
        catch (StripeException exception) when (exception.IsUnexpectedState())
        {
            // Another call was faster.
            intent = (await Get(known, cancellationToken))!;
        }
        catch (StripeException exception) when (exception.IsUnusableCard())
        {
            // The rider removed the card after the intent was created.
            return await Cancel(known, InvalidToken, cancellationToken);
        }
        catch (StripeException exception)
            when (exception.IsCardError() || exception.StripeError?.Code == "charge_expired_for_capture")
        {
            return await Cancel(
                known,
                isCapture ? ChargeResponse.AuthorizationGone : StripeErrors.CodeOf(exception.StripeError),
                cancellationToken
            );
        }
        return Outcome(known, intent)
            ?? (
                Failure(intent) is { } failure
                    ? await Cancel(known, failure, cancellationToken)
                    : ChargeResponse.Unknown(intent.Status)
            );
    }

    /// <summary>Returns why an intent that was confirmed cannot succeed without the rider. Null if it was not confirmed.</summary>
    static string? Failure(PaymentIntent? intent) =>
        intent?.Status switch
        {
            "requires_action" => AuthenticationRequired,
            "requires_payment_method" => intent.LastPaymentError is { } error
                ? StripeErrors.CodeOf(error)
                : ChargeResponse.CardDeclined,
            _ => null,
        };

    /// <summary>Cancels an intent and returns its outcome: nothing is taken any more, or it was before.</summary>
    async Task<ChargeResponse> Cancel(StripeIntent known, string code, CancellationToken cancellationToken)
    {
        if (known.DeclineCode is null)
            known = await RecordDecline(known, code, cancellationToken);
        PaymentIntent intent;
        try
        {
            intent = await Call(
                stripe =>
                    stripe.PaymentIntents.CancelAsync(known.PaymentIntentId, cancellationToken: cancellationToken),
                cancellationToken
            );
        }
        catch (StripeException exception) when (exception.IsUnexpectedState())
        {
            intent = (await Get(known, cancellationToken))!;
        }
        return Outcome(known, intent) ?? ChargeResponse.Unknown(intent.Status);
    }

    /// <summary>Returns what the state of an intent means for a key. Null if it is not decided.</summary>
    static ChargeResponse? Outcome(StripeIntent known, PaymentIntent intent) =>
        intent.Status switch
        {
            "succeeded" when known.Kind == StripeIntent.AuthorizationKind => ChargeResponse.Authorized,
            // An authorization is captured once, under the key that its metadata names.
            "succeeded" when known.Kind == StripeIntent.CaptureKind && CapturedBy(intent) != known.Key =>
                ChargeResponse.Declined(ChargeResponse.AuthorizationGone),
            "succeeded" => ChargeResponse.Captured,
            "canceled" => Declined(known),
            "requires_capture" when known is { Kind: StripeIntent.AuthorizationKind, DeclineCode: null } =>
                ChargeResponse.Authorized,
            "processing" => ChargeResponse.Unknown(intent.Status),
            _ => null,
        };

    static string? CapturedBy(PaymentIntent intent) => intent.Metadata?.GetValueOrDefault(CaptureMetadata);

    static ChargeResponse Declined(StripeIntent known) =>
        ChargeResponse.Declined(
            known.DeclineCode
                ?? (known.Kind == StripeIntent.CaptureKind ? ChargeResponse.AuthorizationGone : ChargeResponse.Closed)
        );

    static ChargeResponse Response(Refund refund) =>
        refund.Status switch
        {
            "succeeded" => ChargeResponse.Refunded,
            "failed" or "canceled" => ChargeResponse.Declined(refund.FailureReason ?? ChargeResponse.RefundRefused),
            _ => ChargeResponse.Unknown("refund_pending"),
        };

    async Task<Refund?> FindRefund(string intentId, string key, CancellationToken cancellationToken)
    {
        string? after = null;
        while (true)
        {
            var page = await Call(
                stripe =>
                    stripe.Refunds.ListAsync(
                        new()
                        {
                            PaymentIntent = intentId,
                            Limit = 100,
                            StartingAfter = after,
                        },
                        cancellationToken: cancellationToken
                    ),
                cancellationToken
            );
            if (page.Data.Find(refund => refund.Metadata?.GetValueOrDefault(KeyMetadata) == key) is { } known)
                return known;
            if (!page.HasMore || page.Data.Count == 0)
                return null;
            after = page.Data[^1].Id;
        }
    }

    async Task<PaymentIntent?> Get(StripeIntent known, CancellationToken cancellationToken) =>
        known.PaymentIntentId is { } id
            ? await Call(
                stripe => stripe.PaymentIntents.GetAsync(id, cancellationToken: cancellationToken),
                cancellationToken
            )
            : null;

    /// <summary>Calls under an idempotency key, and under the next one if Stripe has saved its own error under it.</summary>
    /// <remarks>
    /// Only for calls that the intent itself guards: one that is not confirmed takes nothing, and one that is confirmed or captured
    /// is not a second time.
    /// </remarks>
    async Task<T> CallUntilFresh<T>(
        string key,
        Func<V1Services, RequestOptions, Task<T>> call,
        CancellationToken cancellationToken
    )
    {
        for (var number = 1; ; number++)
            try
            {
                var current = number == 1 ? key : $"{key}/{number}";
                return await Call(stripe => call(stripe, Key(current)), cancellationToken);
            }
            catch (SavedErrorException) when (number <= MaxSavedErrors)
            {
                // The next key.
            }
            catch (SavedErrorException saved)
            {
                throw new GatewayUnavailableException(ChargeResponse.GatewayUnavailable, saved.Message);
            }
    }

    /// <summary>Calls Stripe once. Throws <see cref="GatewayUnavailableException"/> if the effect is unknown.</summary>
    async Task<T> Call<T>(Func<V1Services, Task<T>> call, CancellationToken cancellationToken)
    {
        // The SDK does not retry: the state machine does, and says so.
        var client = new StripeClient(
            new StripeClientOptions
            {
                ApiKey = options.ApiKey,
                ApiBase = options.ApiBase.ToString().TrimEnd('/'),
                HttpClient = new SystemNetHttpClient(
                    http.CreateClient(HttpClientName),
                    maxNetworkRetries: 0,
                    enableTelemetry: false
                ),
            }
        );
        try
        {
            return await call(client.V1);
        }
        catch (Exception exception)
            when (!cancellationToken.IsCancellationRequested && StripeErrors.Outage(exception) is { } outage)
        {
            logger.LogWarning("{Reason} The outcome is unknown and will be looked up", outage.Message);
            throw exception is StripeException stripe && (int)stripe.HttpStatusCode >= 500 && stripe.IsReplayed()
                ? new SavedErrorException(outage.Message)
                : outage;
        }
    }

    static RequestOptions Key(string key) => new() { IdempotencyKey = key };

    static async Task<ChargeResponse> Answer(Func<Task<ChargeResponse>> ask)
    {
        try
        {
            return await Loudly(ask);
        }
        catch (GatewayUnavailableException outage)
        {
            return ChargeResponse.Unknown(outage.Code);
        }
    }

    /// <summary>Turns a refusal that nothing handles into an error that names no secret.</summary>
    static async Task<T> Loudly<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (SavedErrorException saved)
        {
            throw new GatewayUnavailableException(ChargeResponse.GatewayUnavailable, saved.Message);
        }
        catch (StripeException exception)
        {
            throw StripeErrors.Refused(exception);
        }
    }

    static void CheckSame(StripeIntent known, ChargeRequest request)
    {
        if (known.Amount != request.Amount)
            throw new InvalidOperationException($"The key {request.Key} was used for another amount.");
        if (known.Token != request.Token)
            throw new InvalidOperationException($"The key {request.Key} was used for another card.");
    }

    StripeIntent Row(ChargeRequest request, string kind, string? intentId, string? declineCode) =>
        new()
        {
            Key = request.Key,
            Kind = kind,
            PaymentIntentId = intentId,
            Token = request.Token,
            Amount = request.Amount,
            DeclineCode = declineCode,
            At = clock.GetUtcNow(),
        };

    async Task<StripeIntent?> Read(string key, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        return await db.Set<StripeIntent>()
            .AsNoTracking()
            .SingleOrDefaultAsync(intent => intent.Key == key, cancellationToken);
    }

    /// <summary>Records the key, and returns what is recorded: this, or what another call recorded first.</summary>
    async Task<StripeIntent> Record(StripeIntent row, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        db.Add(row);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return row;
        }
        catch (DbUpdateException exception) when (DatabaseConflicts.IsDuplicateKey(exception))
        {
            return await Read(row.Key, cancellationToken)
                ?? throw new InvalidOperationException($"The charge {row.Key} could not be recorded.");
        }
    }

    /// <summary>Records why an intent is canceled. The first reason stays.</summary>
    async Task<StripeIntent> RecordDecline(StripeIntent known, string code, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        await db.Set<StripeIntent>()
            .Where(intent => intent.Key == known.Key && intent.DeclineCode == null)
            .ExecuteUpdateAsync(set => set.SetProperty(intent => intent.DeclineCode, code), cancellationToken);
        return (await Read(known.Key, cancellationToken))!;
    }

    /// <summary>Stripe answered with an error that it has saved under the idempotency key.</summary>
    sealed class SavedErrorException(string message) : Exception(message);
}
