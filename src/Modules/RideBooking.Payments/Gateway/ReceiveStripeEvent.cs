using System.Globalization;
using System.Text;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using RideBooking.Payments.Authorizations;
using RideBooking.Payments.Refunds;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Persistence;
using Stripe;
using Event = Stripe.Event;
using Refund = Stripe.Refund;

namespace RideBooking.Payments.Gateway;

/// <summary>Receives a webhook of Stripe: the outcome of a call whose answer was lost.</summary>
/// <remarks>
/// It publishes the same messages as the consumers that call Stripe; the state machine decides. Only final states are taken
/// from the event itself. So an event that comes twice, late or out of order changes nothing.
/// </remarks>
internal static class ReceiveStripeEvent
{
    public static void Map(RouteGroupBuilder webhooks) =>
        webhooks
            .MapPost("/webhooks/stripe", Handle)
            // Stripe sends all events from few addresses. A forged one costs a hash of its body.
            .DisableRateLimiting()
            .WithSummary("Receive an event of Stripe")
            .WithDescription(
                "Called by Stripe, not by clients: the signature in Stripe-Signature takes the place of a token. Only where "
                    + "Payments:Gateway is Stripe. Events that concern no payment of ours are accepted without an effect."
            )
            .Refuses(StatusCodes.Status400BadRequest, PaymentProblems.InvalidSignature, ProblemCode.MalformedRequest);

    static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        HttpRequest request,
        StripeOptions options,
        AppDbContext db,
        IPublishEndpoint publish,
        TimeProvider clock,
        ILoggerFactory loggers,
        CancellationToken cancellationToken
    )
    {
        // The signature is that of the bytes as they came.
        using var reader = new StreamReader(request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync(cancellationToken);
        var logger = loggers.CreateLogger(typeof(ReceiveStripeEvent));
        try
        {
            EventUtility.ValidateSignature(
                body,
                request.Headers["Stripe-Signature"].ToString(),
                options.WebhookSecret,
                (long)options.WebhookTolerance.TotalSeconds,
                clock.GetUtcNow().ToUnixTimeSeconds()
            );
        }
        catch (StripeException)
        {
            logger.LogWarning("A webhook had no valid signature of Stripe; it is refused");
            return PaymentProblems.BadSignature();
        }
        if (Parse(body) is not { } received)
            return Problem.Of(
                StatusCodes.Status400BadRequest,
                ProblemCode.MalformedRequest,
                "The body is not an event of Stripe."
            );

        if (await MessageOf(received, db, logger, cancellationToken) is { } message)
        {
            await publish.Publish(message, message.GetType(), cancellationToken);
            await db.SaveChangesAsync(cancellationToken);
        }
        return TypedResults.NoContent();
    }

    /// <summary>Reads an event. Returns null for what is none.</summary>
    static Event? Parse(string body)
    {
        try
        {
            // An event of another API version has the members that are read here, too.
            return EventUtility.ParseEvent(body, throwOnApiVersionMismatch: false);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // The SDK passes on whatever its reader throws.
            return null;
        }
    }

    static async Task<object?> MessageOf(
        Event received,
        AppDbContext db,
        ILogger logger,
        CancellationToken cancellationToken
    )
    {
        switch (received.Data?.Object)
        {
            case PaymentIntent intent when GatewayKey.Of(intent) is { } key:
                var payment = await db.Set<Payment>()
                    .AsNoTracking()
                    .SingleOrDefaultAsync(payment => payment.CorrelationId == key.RideId, cancellationToken);
                return payment is null ? null
                    : key.Kind == GatewayKey.Authorization ? OfAuthorization(received.Type, key, payment, logger)
                    : OfCharge(received.Type, key, payment, intent, logger);
            case Refund refund when GatewayKey.Of(refund) is { } key:
                return OfRefund(key, refund, logger);
            case Dispute dispute when received.Type == EventTypes.ChargeDisputeCreated:
                logger.LogError(
                    "The payment {PaymentIntent} at Stripe is disputed ({Reason}); answer dispute {Dispute} in Stripe's dashboard",
                    dispute.PaymentIntentId,
                    dispute.Reason,
                    dispute.Id
                );
                return null;
            default:
                return null;
        }
    }

    static object? OfCharge(string type, GatewayKey key, Payment payment, PaymentIntent intent, ILogger logger)
    {
        if (type == EventTypes.PaymentIntentSucceeded)
        {
            // Cannot happen as long as an intent is canceled before its charge counts as declined.
            if (payment.IsCaptured() && payment.KeyNumber != key.Number)
                logger.LogError(
                    "Stripe captured {Key} for ride {RideId}, which is paid under another key; refund one in Stripe's dashboard",
                    key,
                    key.RideId
                );
            return payment.IsCaptured()
                ? null
                : new ChargeSucceeded(
                    key.RideId,
                    payment.Attempt,
                    key.Number,
                    ByAuthorization: intent.Metadata.ContainsKey(StripeGateway.CaptureMetadata)
                );
        }
        // Asks the gateway now instead of when the timer is due: it knows what became of the charge.
        return
            IsFailure(type)
            && payment is { Unresolved: true, Status: nameof(PaymentStateMachine.Retrying) }
            && payment.KeyNumber == key.Number
            ? new RetryDue(key.RideId, payment.Attempt)
            : null;
    }

    static object? OfAuthorization(string type, GatewayKey key, Payment payment, ILogger logger)
    {
        if (key.Number != payment.AuthorizationNumber)
            return null;
        switch (type)
        {
            case EventTypes.PaymentIntentAmountCapturableUpdated:
                return new AuthorizationSucceeded(key.RideId, key.Number);
            case EventTypes.PaymentIntentCanceled when payment.AuthorizationState == AuthorizationStates.Voiding:
                return new AuthorizationVoided(key.RideId, key.Number);
            case EventTypes.PaymentIntentSucceeded:
                logger.LogError(
                    "The authorization {Key} of ride {RideId} was captured outside of RideBooking; compare it with Stripe's dashboard",
                    key,
                    key.RideId
                );
                return null;
            default:
                return
                    IsFailure(type) && payment is { Status: nameof(PaymentStateMachine.Authorizing), RetryAt: not null }
                    ? new RetryDue(key.RideId, payment.Attempt)
                    : null;
        }
    }

    static object? OfRefund(GatewayKey key, Refund refund, ILogger logger)
    {
        switch (refund.Status)
        {
            case "succeeded":
                return new RefundSucceeded(key.RideId, key.Number);
            case "failed" or "canceled":
                // If the refund had succeeded before, the machine ignores it: then a person has to return the money.
                logger.LogWarning(
                    "Refund {Key} of ride {RideId} failed at Stripe ({Reason}); if it is shown as returned, return it in another way",
                    key,
                    key.RideId,
                    refund.FailureReason
                );
                return new RefundDeclined(key.RideId, key.Number, refund.FailureReason ?? ChargeResponse.RefundRefused);
            default:
                return null;
        }
    }

    static bool IsFailure(string type) =>
        type is EventTypes.PaymentIntentPaymentFailed or EventTypes.PaymentIntentCanceled;
}

/// <summary>One of our idempotency keys, as an object at Stripe carries it in its metadata.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="Kind">What the key is for.</param>
/// <param name="Number">The number, from 1.</param>
internal sealed record GatewayKey(Guid RideId, string Kind, int Number)
{
    /// <summary>The kind of a charge's key.</summary>
    public const string Charge = "charge";

    /// <summary>The kind of an authorization's key.</summary>
    public const string Authorization = "authorize";

    /// <summary>The kind of a refund's key.</summary>
    public const string Refund = "refund";

    /// <summary>Returns the key of an intent: that of the charge which captured it, else its own. Null if it is not ours.</summary>
    public static GatewayKey? Of(PaymentIntent intent) =>
        (Parse(intent.Metadata, StripeGateway.CaptureMetadata) ?? Parse(intent.Metadata, StripeGateway.KeyMetadata))
            is { Kind: Charge or Authorization } key
            ? key
            : null;

    /// <summary>Returns the key of a refund. Null if it is not ours.</summary>
    public static GatewayKey? Of(Stripe.Refund refund) =>
        Parse(refund.Metadata, StripeGateway.KeyMetadata) is { Kind: Refund } key ? key : null;

    /// <summary>Writes the key as it is at Stripe.</summary>
    public override string ToString() => $"ride/{RideId}/{Kind}/{Number}";

    static GatewayKey? Parse(Dictionary<string, string>? metadata, string name) =>
        metadata?.GetValueOrDefault(name)?.Split('/') is ["ride", var ride, var kind, var number]
        && Guid.TryParse(ride, out var rideId)
        && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? new GatewayKey(rideId, kind, value)
            : null;
}
