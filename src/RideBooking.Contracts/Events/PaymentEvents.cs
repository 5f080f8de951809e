namespace RideBooking.Contracts;

/// <summary>The payment was captured. At most once per ride.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="PaymentId">The payment.</param>
/// <param name="Amount">The captured amount.</param>
/// <param name="Attempt">The number of the attempt that succeeded, from 1.</param>
/// <param name="At">When.</param>
[Event("payments")]
public sealed record PaymentCaptured(
    Guid RideId,
    string RiderId,
    Guid PaymentId,
    Money Amount,
    int Attempt,
    DateTimeOffset At
);

/// <summary>An attempt to capture the payment failed.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="PaymentId">The payment.</param>
/// <param name="Amount">The amount to capture.</param>
/// <param name="Attempt">The number of the attempt that failed, from 1.</param>
/// <param name="Code">Why: <c>card_declined</c>, <c>insufficient_funds</c>, <c>gateway_timeout</c> and the like.</param>
/// <param name="WillRetry">Whether another attempt is scheduled; if not, the amount is outstanding.</param>
/// <param name="RetryAt">When the next attempt is due.</param>
/// <param name="At">When.</param>
[Event("payments")]
public sealed record PaymentFailed(
    Guid RideId,
    string RiderId,
    Guid PaymentId,
    Money Amount,
    int Attempt,
    string Code,
    bool WillRetry,
    DateTimeOffset? RetryAt,
    DateTimeOffset At
);

/// <summary>The rider owes the amount and cannot request a ride until it is paid.</summary>
/// <param name="RideId">The ride it is owed for.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="Amount">What is owed.</param>
/// <param name="At">When.</param>
[Event("payments")]
public sealed record BalanceOutstanding(Guid RideId, string RiderId, Money Amount, DateTimeOffset At);

/// <summary>The outstanding amount of the ride was paid.</summary>
/// <param name="RideId">The ride it was owed for.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="PaymentId">The payment.</param>
/// <param name="Amount">The amount paid.</param>
/// <param name="At">When.</param>
[Event("payments")]
public sealed record BalanceSettled(Guid RideId, string RiderId, Guid PaymentId, Money Amount, DateTimeOffset At);

/// <summary>
/// An operator wrote off the outstanding amount of the ride. The rider can request rides again and no longer owes it.
/// </summary>
/// <param name="RideId">The ride it was owed for.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="PaymentId">The payment.</param>
/// <param name="Amount">The amount that was owed.</param>
/// <param name="By">The operator.</param>
/// <param name="Reason">Why, as the operator wrote it.</param>
/// <param name="At">When.</param>
[Event("payments")]
public sealed record BalanceWrittenOff(
    Guid RideId,
    string RiderId,
    Guid PaymentId,
    Money Amount,
    string By,
    string Reason,
    DateTimeOffset At
);
