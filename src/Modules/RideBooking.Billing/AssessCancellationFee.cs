using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Messaging.Failures;
using RideBooking.Platform.Persistence;

namespace RideBooking.Billing;

/// <summary>Computes the fee of a cancelled ride, or the reason it is waived, once.</summary>
[RepeatIsSafe("A ride has one invoice. A repeat only checks that the amount is the same.")]
internal sealed class AssessCancellationFee(AppDbContext db, TariffBook tariffs, TimeProvider clock)
    : IConsumer<RideCancelled>
{
    public async Task Consume(ConsumeContext<RideCancelled> context)
    {
        var ride = context.Message;
        var requested = await db.Requested(ride.RideId, context.CancellationToken);
        requested.Check(ride.RiderId, ride.VehicleClass);
        var tariff = tariffs.At(ride.At, requested.Terms?.City);
        var verdict = CancellationVerdict.Of(ride, await db.PromisedEta(ride, context.CancellationToken));
        var fee = CancellationFee.Of(verdict, ride.VehicleClass, tariff);
        if (
            context.IsRetry()
            && await db.Set<Invoice>()
                .AsNoTracking()
                .SingleOrDefaultAsync(invoice => invoice.RideId == ride.RideId, context.CancellationToken)
                is { } issued
        )
        {
            issued.EnsureUnchanged(tariff.Version, fee.Amount, cancelled: true);
            return;
        }

        var invoice = Invoice.Issue(ride.RideId, ride.RiderId, tariff, fee.Lines, fee.WaiverReason, clock.GetUtcNow());
        db.Add(invoice);
        await context.Publish(
            new CancellationFeeAssessedV2(
                ride.RideId,
                ride.RiderId,
                ride.DriverId,
                fee.Amount.Amount > 0 ? invoice.Id : null,
                fee.Amount,
                fee.WaiverReason,
                tariff.Version,
                ride.PaymentMethodId,
                invoice.IssuedAt
            )
        );
    }
}
