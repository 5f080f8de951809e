using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.Drivers;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Visibility;
using RideBooking.TestKit.Contracts;

namespace RideBooking.Tests.Drivers;

/// <summary>The drivers' module in the lab: one driver, Anna, and the other modules' events about this driver.</summary>
public sealed class DriversLab : ModuleLab
{
    static readonly Driver s_anna = new("anna");
    static readonly DriversOptions s_options = DriversOptions.Read(new ConfigurationBuilder().Build());

    readonly Reservations _reservations = new();

    DriversLab()
        : base(new DriversModule()) { }

    /// <summary>Whether Matching has an offer or a ride of the driver.</summary>
    public bool IsReserved
    {
        get => _reservations.IsReserved;
        set => _reservations.IsReserved = value;
    }

    /// <summary>A stand-in for Rides: the rides of each rider.</summary>
    internal RidesOfRiders Rides { get; } = new();

    /// <summary>Opens the lab.</summary>
    /// <param name="settings">The settings that differ from the defaults.</param>
    public static async Task<DriversLab> Open(params (string Key, string Value)[] settings)
    {
        var lab = new DriversLab();
        await lab.Start(
            services =>
                services
                    .AddSingleton<IDriverReservations>(lab._reservations)
                    .AddSingleton<ITripPolicy>(new Classes())
                    .AddSingleton<ITariffLocale>(new Zones())
                    .AddSingleton<IRidesOfRider>(lab.Rides),
            settings
        );
        await lab.Services.GetRequiredService<RecordCommission>().StartAsync(Stop);
        return lab;
    }

    public Task<IResult> Saves(string name = "Anna", string vehicleClass = "Comfort") =>
        Ask(
            (db, _) =>
                SaveProfile.Handle(
                    new SaveProfile.Request(name, new Vehicle(vehicleClass, "B-RB 1", "Testarossa")),
                    s_anna,
                    db,
                    new Classes(),
                    Stop
                )
        );

    public Task<IResult> GoesOnline(Place? place = null) =>
        Ask(
            (db, publish) =>
                GoOnline.Handle(new GoOnline.Request(place ?? Samples.Alexanderplatz), s_anna, db, publish, Clock, Stop)
        );

    public Task<IResult> GoesOffline() =>
        Ask((db, publish) => GoOffline.Handle(s_anna, db, _reservations, publish, Clock, Stop));

    /// <summary>Ends the shifts of silent drivers, as each host does from time to time.</summary>
    public Task<int> EndsSilentShifts() => Services.GetRequiredService<EndSilentShifts>().EndShifts(Stop);

    public Task<IResult> Reports(double lat, long sequence) => Answer(new Place(lat, 13.4), sequence);

    /// <summary>Reports a location and returns the answer with its headers.</summary>
    public async Task<(IResult Answer, IHeaderDictionary Headers)> ReportsFrom(Place place, long sequence)
    {
        var response = new DefaultHttpContext().Response;
        return (await Answer(place, sequence, response), response.Headers);
    }

    Task<IResult> Answer(Place place, long sequence, HttpResponse? response = null) =>
        Ask(
            (db, _) =>
                ReportLocation.Handle(
                    new ReportLocation.Request(place.Lat, place.Lng, 90, sequence),
                    s_anna,
                    db,
                    s_options,
                    Clock,
                    response ?? new DefaultHttpContext().Response,
                    Stop
                )
        );

    internal async Task<GetDriver.View> Sees() =>
        (await Ask((db, _) => GetDriver.Handle(s_anna, db, s_options, Clock, Stop)))
            .ShouldBeOfType<Ok<GetDriver.View>>()
            .Value!;

    internal Task<IResult> Earnings(string? from = null, string? to = null) =>
        Ask(
            (db, _) =>
                GetEarnings.Handle(
                    from,
                    to,
                    s_anna,
                    db,
                    Services.GetService<ITariffLocale>(),
                    Services.GetRequiredService<EventVisibility>(),
                    Clock,
                    Stop
                )
        );

    public DriverOffered Offered(Guid ride, Guid offer) =>
        new(ride, "rider", offer, s_anna.Id, Samples.Alexanderplatz, Samples.Zoo, null, 240, Now.AddSeconds(20), Now);

    public DriverAssigned Assigned(Guid ride, Guid offer) =>
        Events.DriverAssigned(
            ride,
            Now,
            driverId: s_anna.Id,
            offerId: offer,
            driverName: "Anna",
            vehicleClass: "comfort"
        );

    public OfferDeclined Declined(Guid ride, Guid offer) => new(ride, offer, s_anna.Id, null, Now);

    public OfferExpired Expired(Guid ride, Guid offer) => new(ride, offer, s_anna.Id, "timeout", Now);

    public DriverUnassigned Unassigned(Guid ride, Guid offer) =>
        Events.DriverUnassigned(ride, Now, driverId: s_anna.Id, offerId: offer);

    public RideStarted Started(Guid ride) => new(ride, "rider", s_anna.Id, Now, WaitSeconds: 30);

    public RideCompleted Completed(Guid ride) => Events.RideCompleted(ride, Now, driverId: s_anna.Id);

    /// <summary>A cancellation before a driver was assigned.</summary>
    public RideCancelled Cancelled(Guid ride) => Events.RideCancelled(ride, Now);

    /// <summary>Changes the configured share, as a host that starts with another one does.</summary>
    public Task ChangesShare(decimal share) =>
        new RecordCommission(
            Services.GetRequiredService<IServiceScopeFactory>(),
            Services.GetRequiredService<DriversOptions>() with
            {
                Share = share,
            },
            Clock
        ).StartAsync(Stop);

    /// <summary>Delivers a fare or fee of a ride after the assignment of its driver.</summary>
    public async Task Earns(object due)
    {
        var (ride, driver) = due switch
        {
            FareFinalized fare => (fare.RideId, fare.DriverId),
            CancellationFeeAssessedV2 fee => (fee.RideId, fee.DriverId),
            _ => throw new ArgumentException("neither a fare nor a fee", nameof(due)),
        };
        if (driver is not null)
            await Log(Assigned(ride, ride) with { DriverId = driver });
        await Deliver(due);
    }

    public CancellationFeeAssessedV2 Fee(decimal amount, string? driver = "anna") =>
        Events.CancellationFeeAssessed(Guid.CreateVersion7(), Now, Samples.Euro(amount), driverId: driver);

    public FareFinalized Fare(decimal total, string currency = "EUR", Guid? ride = null, string driver = "anna") =>
        Events.FareFinalized(ride ?? Guid.CreateVersion7(), Now, new Money(total, currency), driverId: driver);

    /// <summary>A stand-in for Matching.</summary>
    sealed class Reservations : IDriverReservations
    {
        public bool IsReserved { get; set; }

        public Task<bool> TryEndShift(string driverId, Guid shiftId, CancellationToken cancellationToken) =>
            Task.FromResult(true);

        public Task<bool> TryEndIdleShift(string driverId, Guid shiftId, CancellationToken cancellationToken) =>
            Task.FromResult(!IsReserved);
    }

    /// <summary>A stand-in for Billing, whose tariff has these classes.</summary>
    sealed class Classes : ITripPolicy
    {
        public IReadOnlyList<string> VehicleClasses => ["comfort", "standard"];

        public RouteEstimate Estimate(Place from, Place to, IReadOnlyList<Place>? stops = null) =>
            throw new NotSupportedException();

        public TripTerms Terms(Place pickup, Place dropoff, string vehicleClass, IReadOnlyList<Place>? stops = null) =>
            throw new NotSupportedException();

        public TripProblem? Check(
            Place pickup,
            Place dropoff,
            string vehicleClass,
            IReadOnlyList<Place>? stops = null
        ) => throw new NotSupportedException();
    }

    /// <summary>A stand-in for Billing, whose cities are Berlin and Tokyo.</summary>
    sealed class Zones : ITariffLocale
    {
        public string Currency => "EUR";

        public TimeZoneInfo TimeZone => TimeZoneInfo.Utc;

        public TimeZoneInfo TimeZoneOf(string? city) =>
            city switch
            {
                "berlin" => TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"),
                "tokyo" => TimeZoneInfo.FindSystemTimeZoneById("Asia/Tokyo"),
                _ => TimeZone,
            };

        public string? CityOf(Place place) => null;
    }
}
