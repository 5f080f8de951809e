using RideBooking.Contracts;
using RideBooking.Contracts.Seams;

namespace RideBooking.Billing;

/// <summary>Computes what cancelling would cost, with the tariff and the calculator that would charge it.</summary>
internal sealed class PriceCancellation(TariffBook tariffs) : ICancellationFees
{
    public CancellationPrice Of(RideCancelled ride)
    {
        var fee = CancellationFee.Of(ride, tariffs.At(ride.At));
        return new CancellationPrice(fee.Amount, fee.WaiverReason);
    }
}
