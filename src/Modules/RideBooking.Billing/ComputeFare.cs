using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Messaging.Failures;
using RideBooking.Platform.Persistence;

namespace RideBooking.Billing;

/// <summary>Computes the fare of a completed ride, once, by its city's tariff that applied when the ride started.</summary>
[RepeatIsSafe("A ride has one invoice. A repeat only checks that the amount is the same.")]
internal sealed class ComputeFare(AppDbContext db, TariffBook tariffs, IRouteEstimator routes, TimeProvider clock)
    : IConsumer<RideCompleted>
{
    public async Task Consume(ConsumeContext<RideCompleted> context)
    {
        var ride = context.Message;
        var requested = await db.Agreed(ride, context.CancellationToken);
        requested.Check(ride);
        var tariff = tariffs.At(ride.StartedAt, requested.Terms?.City);
        var fare = FinalFare.Of(ride, requested.Terms, tariff, routes, requested.Stops);
        if (
            context.IsRetry()
            && await db.Set<Invoice>()
                .AsNoTracking()
                .SingleOrDefaultAsync(invoice => invoice.RideId == ride.RideId, context.CancellationToken)
                is { } issued
        )
        {
            issued.EnsureUnchanged(tariff.Version, fare.Total, cancelled: false);
            return;
        }

        var invoice = Invoice.Issue(ride.RideId, ride.RiderId, tariff, fare.Lines, null, clock.GetUtcNow());
        db.Add(invoice);
        await context.Publish(
            new FareFinalized(
                ride.RideId,
                ride.RiderId,
                ride.DriverId,
                invoice.Id,
                fare.Lines,
                fare.Total,
                tariff.Version,
                ride.PaymentMethodId,
                invoice.IssuedAt,
                FinalFare.IsPlausible(ride, requested.Stops) ? null : ride.DistanceMeters
            )
        );
    }
}
