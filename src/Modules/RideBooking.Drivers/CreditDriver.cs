using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.Platform.Messaging.Failures;
using RideBooking.Platform.Persistence;

namespace RideBooking.Drivers;

/// <summary>Credits the driver with their share of a final fare, or of the fee for a wasted trip.</summary>
/// <remarks>
/// The amount due counts, not the amount paid: a rider who does not pay owes the company, not the driver. Tolls are passed on
/// without commission.
/// </remarks>
internal sealed class CreditDriver(AppDbContext db, DriversOptions options)
    : IConsumer<FareFinalized>,
        IConsumer<CancellationFeeAssessedV2>
{
    public Task Consume(ConsumeContext<FareFinalized> context)
    {
        var fare = context.Message;
        var tolls = fare
            .Lines.Where(line => line.Code == FareLine.TollsCode)
            .Aggregate(Money.Zero(fare.Total.Currency), (sum, line) => sum + line.Amount);
        return Credit(
            new Earning
            {
                RideId = fare.RideId,
                DriverId = fare.DriverId,
                Fare = fare.Total,
                Tolls = tolls,
                Earned = Part(fare.Total.Amount - tolls.Amount, options.Share, fare.Total.Currency) + tolls,
                At = fare.At,
            },
            context
        );
    }

    public Task Consume(ConsumeContext<CancellationFeeAssessedV2> context) =>
        context.Message is { DriverId: { } driver, Amount: { Amount: > 0 } fee } assessed
            ? Credit(
                new Earning
                {
                    RideId = assessed.RideId,
                    DriverId = driver,
                    Cancelled = true,
                    Fare = fee,
                    Tolls = Money.Zero(fee.Currency),
                    Earned = Part(fee.Amount, options.CancellationShare, fee.Currency),
                    At = assessed.At,
                },
                context
            )
            : Task.CompletedTask;

    async Task Credit(Earning earning, ConsumeContext context)
    {
        // Only the assigned driver earns from the ride. Without an assignment the message is retried, and at last moved to the
        // error queue.
        if (!await WasAssigned(earning, context.CancellationToken))
            throw new InvalidOperationException(
                $"Driver {earning.DriverId} earns nothing from ride {earning.RideId}: no assignment is known."
            );
        if (
            !context.IsRetry()
            || !await db.Set<Earning>().AnyAsync(known => known.RideId == earning.RideId, context.CancellationToken)
        )
            db.Add(earning);
    }

    // The assignment may still be in another queue. Then the event log contains it.
    async Task<bool> WasAssigned(Earning earning, CancellationToken cancellationToken) =>
        await db.Set<DriverAssignment>()
            .AnyAsync(
                work => work.DriverId == earning.DriverId && work.RideId == earning.RideId && work.AssignedAt != null,
                cancellationToken
            )
        || (await db.ReadStream<DriverAssigned>(earning.RideId.ToString(), cancellationToken)).Exists(assigned =>
            assigned.DriverId == earning.DriverId
        );

    static Money Part(decimal amount, decimal share, string currency) => Money.Rounded(amount * share, currency);
}
