using RideBooking.Contracts;

namespace RideBooking.Billing;

/// <summary>The rider's price for cancelling a ride.</summary>
/// <param name="Amount">The fee; zero if waived.</param>
/// <param name="WaiverReason">Why the fee is waived; null if it is not.</param>
/// <param name="Lines">The lines of the invoice.</param>
internal sealed record CancellationFee(Money Amount, string? WaiverReason, IReadOnlyList<FareLine> Lines)
{
    /// <summary>Computes the amount of what a verdict charges. A pure function.</summary>
    /// <remarks>Fees are compensation for a wasted trip and not a price, so the tariff's tax and booking fee do not apply.</remarks>
    /// <param name="verdict">The verdict.</param>
    /// <param name="vehicleClass">The class of the ride.</param>
    /// <param name="tariff">The tariff of its city.</param>
    public static CancellationFee Of(CancellationVerdict verdict, string vehicleClass, Tariff tariff)
    {
        var rates = tariff.RatesFor(vehicleClass);
        return verdict.Charge switch
        {
            CancellationCharge.None => new(Money.Zero(tariff.Currency), verdict.WaiverReason, []),
            CancellationCharge.NoShow => Due("No-show fee", rates.NoShowFee, tariff),
            _ => Due("Cancellation fee", rates.CancellationFee, tariff),
        };
    }

    static CancellationFee Due(string description, decimal fee, Tariff tariff)
    {
        var amount = tariff.Amount(fee);
        return new(amount, null, [new FareLine(FareLine.CancellationFeeCode, description, amount)]);
    }
}
