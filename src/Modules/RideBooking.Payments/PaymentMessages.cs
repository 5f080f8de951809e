using System.Globalization;
using RideBooking.Contracts;

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
internal sealed record ChargeCard(
    Guid RideId,
    string RiderId,
    Money Amount,
    int Attempt,
    string Key,
    bool Resolve,
    Guid? PaymentMethodId,
    bool Close = false
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
            payment.PaymentMethodId
        );
}

/// <summary>The gateway captured the amount.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="KeyNumber">The number of the key that was used; 0 for the payment's.</param>
internal sealed record ChargeSucceeded(Guid RideId, int Attempt, int KeyNumber = 0);

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

/// <summary>A timer that fires when the next attempt is due.</summary>
internal sealed record RetryDue(Guid RideId, int Attempt);

/// <summary>Pays at once, on the rider's request.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="PaymentMethodId">The payment method. If null, the rider's default.</param>
internal sealed record PayNow(Guid RideId, Guid? PaymentMethodId);

/// <summary>Retries the payment at once, on an operator's request, with the card that the rider last named.</summary>
internal sealed record RetryPayment(Guid RideId);

/// <summary>Writes the payment off, on an operator's request: the rider no longer owes it.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="By">The operator.</param>
/// <param name="Reason">Why.</param>
internal sealed record WriteOffPayment(Guid RideId, string By, string Reason);
