using RideBooking.Contracts;
using static RideBooking.Contracts.WaiverReason;

namespace RideBooking.Billing;

/// <summary>The rider's price for cancelling a ride.</summary>
/// <param name="Amount">The fee; zero if waived.</param>
/// <param name="WaiverReason">Why the fee is waived; null if it is not.</param>
/// <param name="Lines">The lines of the invoice.</param>
internal sealed record CancellationFee(Money Amount, string? WaiverReason, IReadOnlyList<FareLine> Lines)
{
    /// <summary>Computes the fee. A pure function.</summary>
    /// <remarks>
    /// A rider pays for a driver's wasted trip if they cancelled after the free period or at the kerb, or did not come. Other
    /// people's decisions cost the rider nothing.
    /// </remarks>
    public static CancellationFee Of(RideCancelled ride, Tariff tariff)
    {
        var rates = tariff.RatesFor(ride.VehicleClass);
        return ride switch
        {
            { DriverId: null } or { Stage: RideStatuses.Requested } => Waived(NoDriverAssigned, tariff),
            { By: Initiator.Driver, Reason: CancellationReason.NoShow } => Due("No-show fee", rates.NoShowFee, tariff),
            { By: not Initiator.Rider } => Waived(NotCancelledByRider, tariff),
            { Stage: RideStatuses.DriverArrived } => Due("Cancellation fee", rates.CancellationFee, tariff),
            { SinceAssignedSeconds: { } since } when since > ride.FreeCancellationSeconds => Due(
                "Cancellation fee",
                rates.CancellationFee,
                tariff
            ),
            _ => Waived(WithinFreePeriod, tariff),
        };
    }

    static CancellationFee Waived(string reason, Tariff tariff) => new(Money.Zero(tariff.Currency), reason, []);

    static CancellationFee Due(string description, decimal fee, Tariff tariff)
    {
        var amount = tariff.Amount(fee);
        return new(amount, null, [new FareLine(FareLine.CancellationFeeCode, description, amount)]);
    }
}
