using RideBooking.Contracts;

namespace RideBooking.Billing;

/// <summary>What cancelling a ride costs the rider. Pure.</summary>
/// <param name="Amount">The fee; zero when waived.</param>
/// <param name="WaivedReason">Why it is waived; null when it is not.</param>
/// <param name="Lines">What the invoice says.</param>
internal sealed record CancellationFee(Money Amount, string? WaivedReason, IReadOnlyList<FareLine> Lines)
{
    /// <summary>
    /// A driver on the way for nothing costs the rider who cancelled after the free period or at the kerb, or who did not come.
    /// Nobody else's decision costs the rider anything.
    /// </summary>
    public static CancellationFee Of(RideCancelled ride, Tariff tariff)
    {
        var rates = tariff.RatesFor(ride.VehicleClass);
        return ride switch
        {
            { DriverId: null } or { Stage: "requested" } => Waived("noDriverAssigned", tariff),
            { By: "driver", Reason: "noShow" } => Due("No-show fee", rates.NoShowFee, tariff),
            { By: not "rider" } => Waived("notCancelledByRider", tariff),
            { Stage: "driverArrived" } => Due("Cancellation fee", rates.CancellationFee, tariff),
            { SinceAssignedSeconds: { } since } when since > ride.FreeCancellationSeconds => Due(
                "Cancellation fee",
                rates.CancellationFee,
                tariff
            ),
            _ => Waived("withinFreePeriod", tariff),
        };
    }

    static CancellationFee Waived(string reason, Tariff tariff) => new(Money.Zero(tariff.Currency), reason, []);

    static CancellationFee Due(string description, decimal fee, Tariff tariff)
    {
        var amount = tariff.Amount(fee);
        return new(amount, null, [new FareLine("cancellationFee", description, amount)]);
    }
}
