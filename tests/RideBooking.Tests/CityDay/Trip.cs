using System.Net;
using System.Text.Json.Nodes;

namespace RideBooking.Tests.CityDay;

/// <summary>One ride of the simulated day: what its people will do, decided when it is drawn.</summary>
internal sealed class Trip
{
    readonly Day _day;
    readonly Random _chance;
    readonly Fate _fate;
    readonly Spot _dropoff;
    readonly bool _hasStop;
    readonly bool _isRated;
    readonly double _refund;
    RiderOfDay _rider = null!;
    DriverOfDay? _driver;
    Spot _destination;
    int _assignments;
    bool _isSearching;
    bool _hasEnded;

    public Trip(Day day, int number)
    {
        (_day, Number) = (day, number);
        _chance = new Random(DriverOfDay.HashCode(day.Settings.Seed, number, 3));
        RequestedAt = Town.Request(_chance);
        RiderNumber = _chance.Next(day.Settings.Riders);
        Pickup = Town.Somewhere(_chance);
        _destination = _dropoff = Town.Somewhere(_chance);
        VehicleClass = _chance.Next(12) == 0 ? "xl" : "standard";
        TakesQuote = _chance.Next(5) > 0;
        _fate = (Fate)Math.Max(0, _chance.Next(100) - 80);
        _hasStop = _chance.Next(20) == 0;
        _isRated = _chance.Next(2) == 0;
        _refund = _chance.NextDouble();
        if (_chance.Next(20) == 0 && RequestedAt < Town.Midnight.AddHours(20))
            PickupAt = RequestedAt.AddMinutes(60 + _chance.Next(60));
    }

    /// <summary>What happens to a ride that not everything goes well with. The numbers are parts of a hundred rides.</summary>
    enum Fate
    {
        Normal = 0,
        CancelsWhileSearching = 1,
        CancelsSoon = 3,
        CancelsLate = 5,
        CancelsAfterArrival = 7,
        DoesNotCome = 8,
        ChangesDestinationBefore = 10,
        ChangesDestinationDuring = 12,
        DriverReleases = 14,
        OperatorCompletes = 16,
        OperatorCancels = 17,
        DistanceIsUnknown = 18,
        PaysTolls = 19,
    }

    public int Number { get; }

    public string Id { get; private set; } = "";

    public int RiderNumber { get; }

    public DateTimeOffset RequestedAt { get; }

    public DateTimeOffset? PickupAt { get; }

    public Spot Pickup { get; }

    public string VehicleClass { get; }

    public bool TakesQuote { get; }

    /// <summary>Whether the rider owes the fare, and no attempt is in flight.</summary>
    public bool IsOwed { get; private set; }

    public JsonObject Places
    {
        get
        {
            var places = new JsonObject { ["pickup"] = Pickup.Json, ["dropoff"] = _dropoff.Json };
            if (_hasStop)
                places["stops"] = new JsonArray(new Spot((Pickup.Lat + _dropoff.Lat) / 2, Pickup.Lng).Json);
            return places;
        }
    }

    // The fate of two numbers is that of the lower.
    bool Is(Fate fate) => _fate == fate || (_fate == fate + 1 && !Enum.IsDefined(fate + 1));

    public void WasRequested(RiderOfDay rider, string id)
    {
        (_rider, Id) = (rider, id);
        if (PickupAt is null)
            Searches();
        if (Is(Fate.CancelsWhileSearching))
            _day.Plan(TimeSpan.FromSeconds(1 + _chance.Next(8)), Cancel);
    }

    /// <summary>Reacts to an event of the ride.</summary>
    public void Observe(string type, JsonNode payload, DriverOfDay? driver)
    {
        switch (type)
        {
            case "RideSearchStarted":
                Searches();
                break;
            case "OfferDeclined" or "OfferExpired":
                driver?.OfferEnded();
                break;
            case "DriverAssigned":
                Assigned(driver!);
                break;
            case "DriverUnassigned":
                Frees(driver);
                Searches();
                break;
            case "RideCompleted" or "RideCancelled" or "NoDriverFound":
                (_hasEnded, _isSearching) = (true, false);
                Frees(_driver);
                if (type == "RideCompleted" && _isRated)
                    _day.Plan(TimeSpan.FromMinutes(1 + _chance.Next(30)), Rate);
                break;
            case "BalanceOutstanding":
                IsOwed = true;
                if (_chance.Next(2) == 0)
                    _day.Plan(
                        TimeSpan.FromMinutes(30 + _chance.Next(300)),
                        () => IsOwed ? _rider.PayBalance() : Task.CompletedTask
                    );
                break;
            case "PaymentCaptured" or "BalanceWrittenOff":
                IsOwed = false;
                if (type == "PaymentCaptured" && _refund < 0.05)
                    _day.Plan(TimeSpan.FromMinutes(20 + _chance.Next(200)), () => Refund(payload));
                break;
        }
    }

    /// <summary>An operator acts on the payment.</summary>
    public Task<TestKit.Api.Answer> Operator(string action, JsonObject body)
    {
        body["reason"] = "the day in a city";
        return _day.Do("operator", "clerk", HttpMethod.Post, $"operations/payments/{Id}/{action}", body);
    }

    void Searches()
    {
        _isSearching = true;
        _day.Plan(TimeSpan.Zero, KeepDriversHeard);
    }

    async Task KeepDriversHeard()
    {
        if (!_isSearching)
            return;
        foreach (var driver in _day.WaitingNear(Pickup).ToList())
            await driver.Report(driver.At, always: false);
        _day.Plan(TimeSpan.FromSeconds(45), KeepDriversHeard);
    }

    void Assigned(DriverOfDay driver)
    {
        (_driver, _isSearching) = (driver, false);
        driver.IsAssigned(this);
        var assignment = ++_assignments;
        var way = Town.Drive(driver.At, Pickup, _day.Now);
        if (Is(Fate.CancelsSoon))
            Later(0.2, Cancel);
        else if (Is(Fate.CancelsLate))
            _day.Plan(TimeSpan.FromSeconds(140), () => Has(assignment) ? Cancel() : Task.CompletedTask);
        else if (Is(Fate.DriverReleases) && assignment == 1)
            Later(0.5, () => Act("release", new JsonObject { ["reason"] = "a flat tyre" }));
        else if (Is(Fate.ChangesDestinationBefore))
            Later(0.4, ChangeDestination);
        else if (Is(Fate.OperatorCancels))
            Later(0.5, () => OperatorEnds("force-cancel"));
        _day.Plan(way, () => Has(assignment) ? Arrive() : Task.CompletedTask);

        void Later(double part, Func<Task> act) =>
            _day.Plan(
                TimeSpan.FromSeconds(Math.Round(way.TotalSeconds * part)),
                () => Has(assignment) ? act() : Task.CompletedTask
            );
    }

    // The driver may have lost the ride meanwhile.
    bool Has(int assignment) => !_hasEnded && _driver is not null && _assignments == assignment;

    async Task Arrive()
    {
        var assignment = _assignments;
        await _driver!.Report(Pickup);
        if ((await Act("arrive")).Status >= HttpStatusCode.BadRequest)
            return;
        if (Is(Fate.CancelsAfterArrival))
            After(30, Cancel);
        else if (Is(Fate.DoesNotCome))
            After(
                330,
                async () =>
                {
                    await _driver!.Report(Pickup);
                    await Act("no-show");
                }
            );
        else
            // Most riders wait for their car; some let it wait.
            After(_chance.Next(5) > 0 ? 20 + _chance.Next(60) : 60 + _chance.Next(200), Start);

        void After(int seconds, Func<Task> act) =>
            _day.Plan(TimeSpan.FromSeconds(seconds), () => Has(assignment) ? act() : Task.CompletedTask);
    }

    async Task Start()
    {
        if ((await Act("start")).Status >= HttpStatusCode.BadRequest)
            return;
        var duration = Town.Drive(Pickup, _destination, _day.Now);
        if (Is(Fate.ChangesDestinationDuring))
            _day.Plan(duration / 3, () => _hasEnded ? Task.CompletedTask : ChangeDestination());
        if (Is(Fate.OperatorCompletes))
            _day.Plan(duration / 2, () => OperatorEnds("force-complete"));
        _day.Plan(duration, Complete);
    }

    async Task Complete()
    {
        if (_hasEnded)
            return;
        await _driver!.Report(_destination);
        var meters = Town.Meters(Pickup, _destination) * (0.95 + _chance.NextDouble() * 0.2);
        var body = new JsonObject { ["distanceMeters"] = Is(Fate.DistanceIsUnknown) ? 0 : (int)Math.Round(meters) };
        if (Is(Fate.PaysTolls))
            body["tolls"] = new JsonObject { ["amount"] = "3.20", ["currency"] = "EUR" };
        await Act("complete", body);
    }

    async Task ChangeDestination()
    {
        var destination = Town.Somewhere(_chance);
        var quote = await _rider.Do(
            HttpMethod.Post,
            $"rides/{Id}/destination-quotes",
            new JsonObject { ["dropoff"] = destination.Json }
        );
        if (quote.Status != HttpStatusCode.OK)
            return;
        var changed = await _rider.Do(
            HttpMethod.Post,
            $"rides/{Id}/destination",
            new JsonObject { ["dropoff"] = destination.Json, ["quoteId"] = quote.Text("quoteId") }
        );
        if (changed.Status < HttpStatusCode.BadRequest)
            _destination = destination;
    }

    void Frees(DriverOfDay? driver)
    {
        _driver = null;
        if (driver is not null)
            _day.Plan(TimeSpan.Zero, driver.IsFreeAgain);
    }

    Task Cancel() =>
        _hasEnded
            ? Task.CompletedTask
            : _rider.Do(HttpMethod.Post, $"rides/{Id}/cancel", new JsonObject { ["reason"] = "other plans" });

    Task<TestKit.Api.Answer> Act(string action, JsonObject? body = null) =>
        _driver!.Do(HttpMethod.Post, $"rides/{Id}/{action}", body);

    Task OperatorEnds(string action) =>
        _hasEnded
            ? Task.CompletedTask
            : _day.Do(
                "operator",
                "clerk",
                HttpMethod.Post,
                $"operations/rides/{Id}/{action}",
                new JsonObject { ["reason"] = "asked by telephone" }
            );

    async Task Rate()
    {
        await _rider.Do(HttpMethod.Post, $"rides/{Id}/rating", new JsonObject { ["stars"] = 3 + _chance.Next(3) });
    }

    async Task Refund(JsonNode captured)
    {
        var body = new JsonObject { ["reasonCode"] = "goodwill", ["driverBears"] = _chance.Next(2) == 0 };
        if (_refund < 0.03)
            body["amount"] = new JsonObject { ["amount"] = "1.50", ["currency"] = "EUR" };
        await Operator("refund", body);
        _ = captured;
    }
}
