using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.Matching;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Positions;
using RideBooking.TestKit.Contracts;

namespace RideBooking.Tests.Matching;

/// <summary>Matching in the lab, with its drivers and riders.</summary>
public sealed class MatchingLab : ModuleLab
{
    MatchingLab()
        : base(new MatchingModule()) { }

    /// <summary>A stand-in for Rides: the rides of each rider.</summary>
    internal RidesOfRiders Rides { get; } = new();

    /// <summary>Opens the lab.</summary>
    /// <param name="settings">The settings that differ from the defaults.</param>
    public static async Task<MatchingLab> Open(params (string Key, string Value)[] settings)
    {
        var lab = new MatchingLab();
        await lab.Start(services => services.AddSingleton<IRidesOfRider>(lab.Rides), settings);
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
                    Services.GetRequiredService<MatchingOptions>(),
                    Clock,
                    Stop
                )
        );

    /// <summary>Answers what operators see of the attempts to match a ride.</summary>
    internal async Task<GetMatchTrace.View> Trace(Guid ride) =>
        (await Ask((db, _) => GetMatchTrace.Handle(ride, db, Stop))).ShouldBeOfType<Ok<GetMatchTrace.View>>().Value!;

    /// <summary>Ends the shift as going off duty does; returns false if the driver has a ride.</summary>
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

    /// <summary>Brings a driver on duty at a place.</summary>
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
        Events.RideRequested(
            ride ?? Guid.CreateVersion7(),
            Now,
            rider,
            new Place(lat, lng, "Alexanderplatz"),
            vehicle,
            Samples.Euro(18.40m)
        );

    public RideCancelled Cancelled(RideRequested ride) =>
        Events.RideCancelled(ride.RideId, Now, ride.RiderId, vehicleClass: ride.VehicleClass);

    public RideCompleted Completed(DriverAssigned assigned) =>
        Events.RideCompleted(assigned.RideId, Now, assigned.RiderId, assigned.DriverId);

    public DriverUnassigned Unassigned(DriverAssigned assigned, bool searchAgain = true) =>
        Events.DriverUnassigned(
            assigned.RideId,
            Now,
            assigned.RiderId,
            assigned.DriverId,
            assigned.OfferId,
            searchAgain
        );
}
