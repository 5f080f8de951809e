namespace RideBooking.Contracts;

/// <summary>The final fare of a ride. Carries all state that a consumer needs to charge or show it.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="DriverId">The driver.</param>
/// <param name="InvoiceId">The invoice.</param>
/// <param name="Lines">The lines; they sum to <paramref name="Total"/>.</param>
/// <param name="Total">What the rider pays.</param>
/// <param name="TariffVersion">The tariff it was computed with.</param>
/// <param name="PaymentMethodId">The payment method. If null, the rider's default.</param>
/// <param name="At">When.</param>
/// <param name="IgnoredDistanceMeters">
/// The implausible distance the driver's app reported, metres, which was not billed. Null if the reported distance was
/// billed or none was reported, and in older events.
/// </param>
[Event("billing")]
public sealed record FareFinalized(
    Guid RideId,
    string RiderId,
    string DriverId,
    Guid InvoiceId,
    IReadOnlyList<FareLine> Lines,
    Money Total,
    string TariffVersion,
    Guid? PaymentMethodId,
    DateTimeOffset At,
    int? IgnoredDistanceMeters = null
);

/// <summary>
/// The price of a cancelled ride. Nothing is due when <paramref name="WaivedReason"/> says why. Version 2 renames that member.
/// </summary>
/// <param name="RideId">The ride.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="DriverId">The driver who had the ride, if any.</param>
/// <param name="InvoiceId">The invoice, if an amount is due.</param>
/// <param name="Amount">What the rider pays.</param>
/// <param name="WaivedReason">Why nothing is due: <c>noDriverAssigned</c>, <c>withinFreePeriod</c>, <c>notCancelledByRider</c>.</param>
/// <param name="TariffVersion">The tariff it was computed with.</param>
/// <param name="PaymentMethodId">The payment method. If null, the rider's default.</param>
/// <param name="At">When.</param>
[Event("billing")]
public record CancellationFeeAssessed(
    Guid RideId,
    string RiderId,
    string? DriverId,
    Guid? InvoiceId,
    Money Amount,
    string? WaivedReason,
    string TariffVersion,
    Guid? PaymentMethodId,
    DateTimeOffset At
);

/// <summary>The price of a cancelled ride. Nothing is due when <paramref name="WaiverReason"/> says why.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="DriverId">The driver who had the ride, if any.</param>
/// <param name="InvoiceId">The invoice, if an amount is due.</param>
/// <param name="Amount">What the rider pays.</param>
/// <param name="WaiverReason">
/// Why nothing is due: <c>noDriverAssigned</c>, <c>withinFreePeriod</c>, <c>notCancelledByRider</c>, <c>driverLate</c>; more may
/// be added.
/// </param>
/// <param name="TariffVersion">The tariff it was computed with.</param>
/// <param name="PaymentMethodId">The payment method. If null, the rider's default.</param>
/// <param name="At">When.</param>
[Event("billing", Version = 2)]
public sealed record CancellationFeeAssessedV2(
    Guid RideId,
    string RiderId,
    string? DriverId,
    Guid? InvoiceId,
    Money Amount,
    string? WaiverReason,
    string TariffVersion,
    Guid? PaymentMethodId,
    DateTimeOffset At
)
    : CancellationFeeAssessed(
        RideId,
        RiderId,
        DriverId,
        InvoiceId,
        Amount,
        WaiverReason,
        TariffVersion,
        PaymentMethodId,
        At
    )
{
    /// <summary>Reads the reason under its old name.</summary>
    public static CancellationFeeAssessedV2 Upcast(CancellationFeeAssessed older) =>
        new(
            older.RideId,
            older.RiderId,
            older.DriverId,
            older.InvoiceId,
            older.Amount,
            older.WaivedReason,
            older.TariffVersion,
            older.PaymentMethodId,
            older.At
        );
}

/// <summary>The receipt was issued to the rider.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="InvoiceId">The invoice that was paid.</param>
/// <param name="Number">The receipt's number, as printed on it.</param>
/// <param name="Total">The amount paid.</param>
/// <param name="At">When.</param>
[Event("billing")]
public sealed record ReceiptIssued(
    Guid RideId,
    string RiderId,
    Guid InvoiceId,
    string Number,
    Money Total,
    DateTimeOffset At
);
