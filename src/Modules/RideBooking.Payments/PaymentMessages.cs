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
internal sealed record ChargeCard(
    Guid RideId,
    string RiderId,
    Money Amount,
    int Attempt,
    string Key,
    bool Resolve,
    Guid? PaymentMethodId
)
{
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
internal sealed record ChargeSucceeded(Guid RideId, int Attempt);

/// <summary>The gateway does not have the money and, under this key, never will.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="Code">Why.</param>
/// <param name="MayRetry">Whether trying again by itself can help.</param>
internal sealed record ChargeDeclined(Guid RideId, int Attempt, string Code, bool MayRetry);

/// <summary>Nobody knows whether the gateway has the money.</summary>
internal sealed record ChargeUnknown(Guid RideId, int Attempt, string Code);

/// <summary>Timer: the pause after an attempt is over.</summary>
internal sealed record RetryDue(Guid RideId, int Attempt);

/// <summary>The rider wants to pay now.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="PaymentMethodId">What to pay with; the rider's default if null.</param>
internal sealed record PayNow(Guid RideId, Guid? PaymentMethodId);
