namespace RideBooking.Contracts;

/// <summary>The money was taken. At most once per ride.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="PaymentId">The payment.</param>
/// <param name="Amount">What was taken.</param>
/// <param name="Attempt">Which attempt succeeded, from 1.</param>
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

/// <summary>An attempt to take the money failed.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="PaymentId">The payment.</param>
/// <param name="Amount">What was to be taken.</param>
/// <param name="Attempt">Which attempt failed, from 1.</param>
/// <param name="Code">Why: <c>card_declined</c>, <c>insufficient_funds</c>, <c>gateway_timeout</c> and the like.</param>
/// <param name="WillRetry">Whether another attempt is scheduled; if not, the amount is outstanding.</param>
/// <param name="RetryAt">When the next attempt is made.</param>
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

/// <summary>The rider owes the amount and cannot ride until it is paid.</summary>
/// <param name="RideId">The ride it is owed for.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="Amount">What is owed.</param>
/// <param name="At">When.</param>
[Event("payments")]
public sealed record BalanceOutstanding(Guid RideId, string RiderId, Money Amount, DateTimeOffset At);

/// <summary>What was owed for the ride is paid.</summary>
/// <param name="RideId">The ride it was owed for.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="PaymentId">The payment.</param>
/// <param name="Amount">What was paid.</param>
/// <param name="At">When.</param>
[Event("payments")]
public sealed record BalanceSettled(Guid RideId, string RiderId, Guid PaymentId, Money Amount, DateTimeOffset At);

/// <summary>An operator gave up what was owed for the ride: the rider can ride again, and nothing is asked of them any more.</summary>
/// <param name="RideId">The ride it was owed for.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="PaymentId">The payment.</param>
/// <param name="Amount">What was owed.</param>
/// <param name="By">The operator.</param>
/// <param name="Reason">Why, in the operator's words.</param>
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
