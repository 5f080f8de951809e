namespace RideBooking.Contracts;

/// <summary>The expected fare is reserved on the rider's card. It is captured when the ride ends, or released.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="PaymentId">The payment.</param>
/// <param name="Amount">The reserved amount.</param>
/// <param name="At">When.</param>
[Event("payments")]
public sealed record PaymentAuthorized(Guid RideId, string RiderId, Guid PaymentId, Money Amount, DateTimeOffset At);

/// <summary>The expected fare could not be reserved. The ride goes on, and is charged when it ends.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="PaymentId">The payment.</param>
/// <param name="Amount">The amount to reserve.</param>
/// <param name="Code">Why: <c>card_declined</c>, <c>no_payment_method</c>, <c>gateway_timeout</c> and the like.</param>
/// <param name="Kind"><c>declined</c> (the card was declined, or there is none) or <c>unavailable</c> (the gateway did not answer).</param>
/// <param name="At">When.</param>
[Event("payments")]
public sealed record PaymentAuthorizationFailed(
    Guid RideId,
    string RiderId,
    Guid PaymentId,
    Money Amount,
    string Code,
    string Kind,
    DateTimeOffset At
);

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
public record PaymentFailed(
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

/// <summary>An attempt to capture the payment failed. Version 2 tells declines and outages apart.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="PaymentId">The payment.</param>
/// <param name="Amount">The amount to capture.</param>
/// <param name="Attempt">The number of the attempt that failed, from 1.</param>
/// <param name="Code">Why: <c>card_declined</c>, <c>insufficient_funds</c>, <c>expired_card</c>, <c>gateway_timeout</c> and the like.</param>
/// <param name="WillRetry">Whether another attempt is scheduled; if not, the amount is outstanding.</param>
/// <param name="RetryAt">When the next attempt is due.</param>
/// <param name="At">When.</param>
/// <param name="Kind">
/// <c>declined</c> (the card was declined, or there is none) or <c>unavailable</c> (the gateway did not answer). In version 1
/// it follows from the code.
/// </param>
[Event("payments", Version = 2)]
public sealed record PaymentFailedV2(
    Guid RideId,
    string RiderId,
    Guid PaymentId,
    Money Amount,
    int Attempt,
    string Code,
    bool WillRetry,
    DateTimeOffset? RetryAt,
    DateTimeOffset At,
    string Kind = PaymentFailureKind.Declined
) : PaymentFailed(RideId, RiderId, PaymentId, Amount, Attempt, Code, WillRetry, RetryAt, At)
{
    /// <summary>Derives the kind from the code.</summary>
    public static PaymentFailedV2 Upcast(PaymentFailed older) =>
        new(
            older.RideId,
            older.RiderId,
            older.PaymentId,
            older.Amount,
            older.Attempt,
            older.Code,
            older.WillRetry,
            older.RetryAt,
            older.At,
            PaymentFailureKind.OfCode(older.Code)
        );
}

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
public record BalanceWrittenOff(
    Guid RideId,
    string RiderId,
    Guid PaymentId,
    Money Amount,
    string By,
    string Reason,
    DateTimeOffset At
);

/// <summary>
/// An operator wrote off the outstanding amount of the ride. The rider can request rides again and no longer owes it. Version 2
/// says whether the driver bears their part.
/// </summary>
/// <param name="RideId">The ride it was owed for.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="PaymentId">The payment.</param>
/// <param name="Amount">The amount that was owed.</param>
/// <param name="By">The operator.</param>
/// <param name="Reason">Why, as the operator wrote it.</param>
/// <param name="At">When.</param>
/// <param name="DriverBears">Whether the driver's earning from the ride is taken back. False in version 1.</param>
[Event("payments", Version = 2)]
public sealed record BalanceWrittenOffV2(
    Guid RideId,
    string RiderId,
    Guid PaymentId,
    Money Amount,
    string By,
    string Reason,
    DateTimeOffset At,
    bool DriverBears = false
) : BalanceWrittenOff(RideId, RiderId, PaymentId, Amount, By, Reason, At)
{
    /// <summary>Supplies what version 1 did not say: the driver kept the earning.</summary>
    public static BalanceWrittenOffV2 Upcast(BalanceWrittenOff older) =>
        new(
            older.RideId,
            older.RiderId,
            older.PaymentId,
            older.Amount,
            older.By,
            older.Reason,
            older.At,
            DriverBears: false
        );
}

/// <summary>A captured payment was refunded, in full or in part. The lines of the fare do not change.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="PaymentId">The payment.</param>
/// <param name="RefundId">The refund.</param>
/// <param name="Number">The number of the refund among those of the ride, from 1.</param>
/// <param name="Amount">The refunded amount.</param>
/// <param name="Lines">
/// What was refunded of which lines of the fare. Empty if the refund is not of certain lines; else the lines sum to the amount.
/// </param>
/// <param name="Captured">The amount that was captured.</param>
/// <param name="TotalRefunded">The sum of all refunds of the ride so far, this one included; at most <paramref name="Captured"/>.</param>
/// <param name="ReasonCode">Why: <c>goodwill</c>, <c>overcharged</c>, <c>serviceNotProvided</c> or <c>fraud</c>.</param>
/// <param name="DriverBears">Whether the driver's earning from the ride is reduced in proportion.</param>
/// <param name="At">When.</param>
[Event("payments")]
public sealed record PaymentRefunded(
    Guid RideId,
    string RiderId,
    Guid PaymentId,
    Guid RefundId,
    int Number,
    Money Amount,
    IReadOnlyList<RefundedLine> Lines,
    Money Captured,
    Money TotalRefunded,
    string ReasonCode,
    bool DriverBears,
    DateTimeOffset At
);
