using System.Globalization;
using RideBooking.Contracts;

namespace RideBooking.Payments;

/// <summary>Ask the gateway for the money.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="Amount">How much.</param>
/// <param name="Attempt">Which attempt this is, from 1.</param>
/// <param name="Key">The idempotency key.</param>
/// <param name="Resolve">Whether the gateway was asked under this key before and did not answer: find out first.</param>
/// <param name="PaymentMethodId">What to pay with; the rider's default if null.</param>
/// <param name="Close">Take nothing; only find out what became of the key, and close it.</param>
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
    /// <summary>The number of the first key to ask under; the ones before it can take nothing any more.</summary>
    public int FirstKeyNumber() => int.Parse(Key.AsSpan(Key.LastIndexOf('/') + 1), CultureInfo.InvariantCulture);

    /// <summary>Whether there may be something written down for a key. The first attempt of nearly every ride spares itself the look.</summary>
    public bool MayHaveBeenAsked(int number) => Resolve || Attempt > 1 || number > 1;

    /// <summary>For the attempt that the payment is at.</summary>
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

/// <summary>The gateway has the money.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="KeyNumber">The number of the key that was asked under; 0 for the payment's.</param>
internal sealed record ChargeSucceeded(Guid RideId, int Attempt, int KeyNumber = 0);

/// <summary>The gateway does not have the money and, under this key, never will.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="Code">Why.</param>
/// <param name="MayRetry">Whether trying again by itself can help.</param>
/// <param name="KeyNumber">The number of the key that was asked under; 0 for the payment's.</param>
internal sealed record ChargeDeclined(Guid RideId, int Attempt, string Code, bool MayRetry, int KeyNumber = 0);

/// <summary>Nobody knows whether the gateway has the money.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="Code">Why.</param>
/// <param name="KeyNumber">The number of the key that was asked under; 0 for the payment's.</param>
internal sealed record ChargeUnknown(Guid RideId, int Attempt, string Code, int KeyNumber = 0);

/// <summary>Timer: the pause after an attempt is over.</summary>
internal sealed record RetryDue(Guid RideId, int Attempt);

/// <summary>The rider wants to pay now.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="PaymentMethodId">What to pay with; the rider's default if null.</param>
internal sealed record PayNow(Guid RideId, Guid? PaymentMethodId);

/// <summary>An operator wants the money asked for now, with the card that the rider last named.</summary>
internal sealed record RetryPayment(Guid RideId);

/// <summary>An operator gives the money up: the rider owes it no longer.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="By">The operator.</param>
/// <param name="Reason">Why.</param>
internal sealed record WriteOffPayment(Guid RideId, string By, string Reason);
