using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Persistence;

namespace RideBooking.Billing;

/// <summary>Computes what cancelling would cost, with the rules and the tariff that would charge it.</summary>
internal sealed class PriceCancellation(AppDbContext db, TariffBook tariffs) : ICancellationFees
{
    public async Task<CancellationPrice> Of(RideCancelled ride, CancellationToken cancellationToken)
    {
        var city = await db.CityOf(ride.RideId, tariffs.Cities, cancellationToken);
        var verdict = CancellationVerdict.Of(ride, await db.PromisedEta(ride, cancellationToken));
        var fee = CancellationFee.Of(verdict, ride.VehicleClass, tariffs.At(ride.At, city));
        return new CancellationPrice(fee.Amount, fee.WaiverReason);
    }
}
