using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Persistence;

namespace RideBooking.Rides;

/// <inheritdoc cref="IRiderObligations" />
internal sealed class RiderObligations(AppDbContext db) : IRiderObligations
{
    public async Task<RiderObligation?> Of(string riderId, CancellationToken cancellationToken)
    {
        var rides = db.Set<Ride>().Where(ride => ride.RiderId == riderId);
        if (await rides.AnyAsync(ride => ride.ActiveRiderId != null, cancellationToken))
            return RiderObligation.OpenRide;
        var ended = await rides
            .Where(ride =>
                ride.PaymentStatus != PaymentStatus.Captured
                && ride.PaymentStatus != PaymentStatus.Refunded
                && ride.PaymentStatus != PaymentStatus.WrittenOff
            )
            .Select(ride => new { ride.Status, ride.PaymentStatus })
            .Distinct()
            .ToListAsync(cancellationToken);
        // A completed ride without a payment waits for its fare; a cancelled one without a payment may cost nothing.
        return ended.Exists(ride =>
            ride.PaymentStatus != PaymentStatus.None || ride.Status == nameof(RideStatus.Completed)
        )
            ? RiderObligation.UnpaidRide
            : null;
    }
}
