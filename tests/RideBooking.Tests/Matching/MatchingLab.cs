using Microsoft.AspNetCore.Http;
using RideBooking.Contracts;
using RideBooking.Matching;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Positions;

namespace RideBooking.Tests.Matching;

/// <summary>Matching in the lab, with the drivers and riders that keep it busy.</summary>
public sealed class MatchingLab : ModuleLab
{
    MatchingLab()
        : base(new MatchingModule()) { }

    public static async Task<MatchingLab> Open()
    {
        var lab = new MatchingLab();
        await lab.CreateDatabase();
        return lab;
    }

    public Task<IResult> Accept(string driver, Guid offer) =>
        Ask((db, publish) => AcceptOffer.Handle(offer, new Driver(driver), db, publish, Clock, Stop));

    public Task<IResult> Decline(string driver, Guid offer, string? reason = null) =>
        Ask(
            (db, publish) =>
                DeclineOffer.Handle(
                    offer,
                    new DeclineOffer.Request(reason),
                    new Driver(driver),
                    db,
                    publish,
                    Clock,
                    Stop
                )
        );

    /// <summary>Ends the shift as going off duty does; false when a ride is the driver's.</summary>
    public async Task<bool> EndsShift(string driver)
    {
        var shift = (await All<Candidate>()).Single(candidate => candidate.DriverId == driver).ShiftId;
        var ended = false;
        await Ask(
            async (db, publish) =>
            {
                await using var transaction = await db.Database.BeginTransactionAsync(Stop);
                ended = await new DriverReservations(db, publish, Clock).TryEndShift(driver, shift, Stop);
                await db.SaveChangesAsync(Stop);
                await transaction.CommitAsync(Stop);
                return TypedResults.NoContent();
            }
        );
        return ended;
    }

    /// <summary>The driver is at a place and comes on duty.</summary>
    public async Task<DriverWentOnline> Online(string driver, double lat, double lng, string vehicle = "standard")
    {
        await Stands(driver, lat, lng);
        return new DriverWentOnline(
            driver,
            Guid.CreateVersion7(Now),
            driver.ToUpperInvariant(),
            new Vehicle(vehicle, "B-" + driver, "Testarossa"),
            new Place(lat, lng),
            Now
        );
    }

    public Task Stands(string driver, double lat, double lng) =>
        In(async db =>
        {
            await db.RestartPosition(
                new DriverPosition
                {
                    DriverId = driver,
                    Lat = lat,
                    Lng = lng,
                    At = Now,
                },
                Stop
            );
            return true;
        });

    public RideRequested Request(
        double lat = 52.5219,
        double lng = 13.4132,
        string vehicle = "standard",
        string rider = "rider",
        Guid? ride = null
    ) =>
        new(
            ride ?? Guid.CreateVersion7(),
            rider,
            new Place(lat, lng, "Alexanderplatz"),
            new Place(52.5072, 13.3325),
            vehicle,
            null,
            new Money(18.40m, "EUR"),
            null,
            null,
            Now
        );

    public RideCancelled Cancelled(RideRequested ride) =>
        new(
            ride.RideId,
            ride.RiderId,
            "rider",
            "requested",
            "changed my mind",
            null,
            null,
            ride.VehicleClass,
            null,
            null,
            120,
            Now
        );

    public RideCompleted Completed(DriverAssigned assigned) =>
        new(
            assigned.RideId,
            assigned.RiderId,
            assigned.DriverId,
            new Place(52.5219, 13.4132),
            new Place(52.5072, 13.3325),
            "standard",
            null,
            null,
            null,
            null,
            6100,
            900,
            0,
            120,
            null,
            Now,
            Now
        );

    public DriverUnassigned Unassigned(DriverAssigned assigned, bool searchAgain = true) =>
        new(
            assigned.RideId,
            assigned.RiderId,
            assigned.DriverId,
            assigned.OfferId,
            "driver",
            "flat tyre",
            searchAgain,
            Now
        );
}
