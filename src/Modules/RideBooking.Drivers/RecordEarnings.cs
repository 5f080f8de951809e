using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.EventLog.Subscriptions;

namespace RideBooking.Drivers;

/// <summary>Records the driver's share of each final fare, and of each fee for a wasted trip.</summary>
/// <remarks>
/// The amount due counts, not the amount paid: a rider who does not pay owes the company, not the driver. Tolls are passed on
/// without commission. The booking fee is the company's and tax is the state's, so neither is shared. A refund, or
/// a write-off that the driver bears, adds a correction, see <see cref="EarningCorrections"/>.
/// </remarks>
internal sealed class RecordEarnings : IProjection
{
    public string Name => Earning.Projection;

    public IReadOnlyCollection<Type> Events { get; } =
    [
        typeof(FareFinalized),
        typeof(CancellationFeeAssessedV2),
        typeof(PaymentRefunded),
        typeof(BalanceWrittenOffV2),
        typeof(PaymentCaptured),
    ];

    public async Task Apply(
        DbContext db,
        int generation,
        IReadOnlyList<ReadEvent> events,
        CancellationToken cancellationToken
    )
    {
        var commissions = await db.Commissions(cancellationToken);
        var cities = await CitiesOf(db, events, cancellationToken);
        var earnings = events
            .Select(read => (read.Logged.Position, Earning: EarningFrom(read.Event, commissions, cities)))
            .Where(each => each.Earning is not null)
            .ToList();
        var rideIds = earnings.ConvertAll(each => each.Earning!.RideId);
        var streams = rideIds.ConvertAll(rideId => rideId.ToString());
        var assigned = (await db.ReadStreams<DriverAssigned>(streams, cancellationToken)).ToLookup(read =>
            ((DriverAssigned)read.Event).RideId
        );
        var recorded = await db.Rows<Earning>(generation)
            .Where(earning => rideIds.Contains(earning.RideId) && earning.Correction == Earning.None)
            .Select(earning => earning.RideId)
            .ToHashSetAsync(cancellationToken);
        foreach (var (position, earning) in earnings)
        {
            // Only the assigned driver earns from the ride.
            if (
                !assigned[earning!.RideId]
                    .Any(read =>
                        ((DriverAssigned)read.Event).DriverId == earning.DriverId && read.Logged.Position < position
                    )
            )
                throw new InvalidOperationException(
                    $"Driver {earning.DriverId} earns nothing from ride {earning.RideId}: no assignment is known."
                );
            if (!recorded.Add(earning.RideId))
                continue;
            earning.Generation = generation;
            db.Add(earning);
        }
        await Correct(db, generation, events, cancellationToken);
    }

    // A fare is always before its payment, its refunds and its write-off.
    static async Task Correct(
        DbContext db,
        int generation,
        IReadOnlyList<ReadEvent> events,
        CancellationToken cancellationToken
    )
    {
        var rides = events
            .Select(read =>
                read.Event switch
                {
                    PaymentRefunded { DriverBears: true } refund => refund.RideId,
                    BalanceWrittenOffV2 { DriverBears: true } writtenOff => writtenOff.RideId,
                    PaymentCaptured captured => captured.RideId,
                    _ => (Guid?)null,
                }
            )
            .OfType<Guid>()
            .ToHashSet();
        if (rides.Count == 0)
            return;
        var stored = await db.Rows<Earning>(generation)
            .Where(row => rides.Contains(row.RideId))
            .ToListAsync(cancellationToken);
        var rows = stored
            .Concat(db.Set<Earning>().Local.Where(row => row.Generation == generation && rides.Contains(row.RideId)))
            .Distinct()
            .ToLookup(row => row.RideId);
        var ofRide = rides.ToDictionary(ride => ride, ride => rows[ride].ToList());
        foreach (var read in events)
        {
            var correction = read.Event switch
            {
                PaymentRefunded { DriverBears: true } it => EarningCorrections.Of(ofRide[it.RideId], it),
                BalanceWrittenOffV2 { DriverBears: true } it => EarningCorrections.Of(ofRide[it.RideId], it),
                PaymentCaptured it => EarningCorrections.Of(ofRide[it.RideId], it),
                _ => null,
            };
            if (correction is null || ofRide[correction.RideId].Exists(row => row.Correction == correction.Correction))
                continue;
            correction.Generation = generation;
            ofRide[correction.RideId].Add(correction);
            db.Add(correction);
        }
    }

    public Task<int> Delete(DbContext db, int generation, int limit, CancellationToken cancellationToken) =>
        db.DeleteRows<Earning>(generation, limit, cancellationToken);

    // By ride, for those that have a city.
    static async Task<IReadOnlyDictionary<Guid, string>> CitiesOf(
        DbContext db,
        IReadOnlyList<ReadEvent> events,
        CancellationToken cancellationToken
    )
    {
        var streams = events.Select(read => read.Logged.StreamId).Distinct().ToList();
        return (await db.ReadStreams<RideRequestedV2>(streams, cancellationToken))
            .Select(read => (RideRequestedV2)read.Event)
            .Where(requested => requested.Terms?.City is not null)
            .DistinctBy(requested => requested.RideId)
            .ToDictionary(requested => requested.RideId, requested => requested.Terms!.City!);
    }

    static Earning? EarningFrom(
        object happened,
        IReadOnlyList<Commission> commissions,
        IReadOnlyDictionary<Guid, string> cities
    ) =>
        happened switch
        {
            FareFinalized fare => EarningFrom(fare, commissions.At(fare.At), cities.GetValueOrDefault(fare.RideId)),
            CancellationFeeAssessedV2 { DriverId: { } driver, Amount: { Amount: > 0 } fee } assessed => new Earning
            {
                RideId = assessed.RideId,
                DriverId = driver,
                Cancelled = true,
                Fare = fee,
                Tolls = Money.Zero(fee.Currency),
                Earned = Part(fee.Amount, commissions.At(assessed.At).CancellationShare, fee.Currency),
                City = cities.GetValueOrDefault(assessed.RideId),
                At = assessed.At,
            },
            _ => null,
        };

    static Earning EarningFrom(FareFinalized fare, Commission commission, string? city)
    {
        var (tolls, bookingFee, tax) = (
            Sum(fare, FareLine.TollsCode),
            Sum(fare, FareLine.BookingFeeCode),
            Sum(fare, FareLine.TaxCode)
        );
        var shared = fare.Total.Amount - tolls - bookingFee - tax;
        return new Earning
        {
            RideId = fare.RideId,
            DriverId = fare.DriverId,
            Fare = fare.Total,
            Tolls = new Money(tolls, fare.Total.Currency),
            Earned = Part(shared, commission.Share, fare.Total.Currency) + new Money(tolls, fare.Total.Currency),
            City = city,
            At = fare.At,
        };
    }

    static decimal Sum(FareFinalized fare, string code) =>
        fare.Lines.Where(line => line.Code == code).Sum(line => line.Amount.Amount);

    static Money Part(decimal amount, decimal share, string currency) => Money.Rounded(amount * share, currency);
}
