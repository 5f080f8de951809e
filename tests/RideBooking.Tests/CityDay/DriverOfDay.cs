using System.Net;
using System.Text.Json.Nodes;

namespace RideBooking.Tests.CityDay;

/// <summary>A driver of the simulated city.</summary>
internal sealed class DriverOfDay
{
    static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(40);

    readonly Day _day;
    readonly Random _chance;
    readonly string _vehicleClass;
    DateTimeOffset _reportedAt = DateTimeOffset.MinValue;
    bool _isOnDuty;
    bool _endsShift;
    bool _isOffered;
    Trip? _trip;
    long _sequence;

    public DriverOfDay(Day day, int number)
    {
        (_day, Number) = (day, number);
        _chance = new Random(HashCode(day.Settings.Seed, number, 1));
        _vehicleClass = number % 6 == 5 ? "xl" : "standard";
        At = Town.Somewhere(_chance);
    }

    public int Number { get; }

    public string Id => $"driver-{Number:000}";

    /// <summary>Where the driver is.</summary>
    public Spot At { get; private set; }

    public bool Waits => _isOnDuty && !_isOffered && _trip is null;

    /// <summary>Returns a seed that follows from numbers only, unlike <see cref="System.HashCode"/>.</summary>
    public static int HashCode(int seed, int number, int kind) =>
        unchecked((seed * 486187739 + number) * 16777619 + kind);

    /// <summary>Plans shifts so that two of three drivers work in the daytime.</summary>
    public void PlanShift()
    {
        double begins =
            Number % 6 is 0 ? 0
            : Number % 6 is 1 or 2 ? 5 + _chance.NextDouble() * 2
            : Number % 6 is 3 or 4 or 5 ? 10 + _chance.NextDouble() * 4
            : 0;
        var begin = Town.Midnight.AddMinutes(Math.Round(begins * 60));
        _day.Plan(begin, () => Begin());
        _day.Plan(begin.AddHours(8 + _chance.Next(3)), End);
        if (Number % 6 == 0)
        {
            // The night begins and ends within the day.
            _day.Plan(Town.Midnight.AddHours(18), () => Begin());
            _day.Plan(Town.Midnight.AddHours(25.5), End);
        }
    }

    /// <summary>Reports the position unless the last report is recent.</summary>
    public async Task Report(Spot at, bool always = true)
    {
        if (!always && _day.Now - _reportedAt < s_fresh)
            return;
        (At, _reportedAt) = (at, _day.Now);
        var body = at.Json;
        body["sequence"] = ++_sequence;
        await Do(HttpMethod.Put, "drivers/me/location", body);
    }

    public void IsOffered(Trip trip, string offerId)
    {
        _isOffered = true;
        var (chance, after) = (_chance.NextDouble(), TimeSpan.FromSeconds(2 + _chance.Next(10)));
        if (chance < 0.05)
            return; // ignored, until it expires
        _day.Plan(
            after,
            async () =>
            {
                if (chance < 0.13)
                    await Do(HttpMethod.Post, $"offers/{offerId}/decline", new JsonObject { ["reason"] = "a break" });
                else if ((await Do(HttpMethod.Post, $"offers/{offerId}/accept")).Status != HttpStatusCode.OK)
                    _isOffered = false;
            }
        );
        _ = trip;
    }

    public void OfferEnded() => _isOffered = false;

    public void IsAssigned(Trip trip) => (_isOffered, _trip) = (false, trip);

    public async Task IsFreeAgain()
    {
        _trip = null;
        _isOffered = false;
        if (_endsShift)
            await End();
    }

    public void WentOffline()
    {
        (_isOnDuty, _isOffered) = (false, false);
        // Off duty after ignored offers: the driver finishes their coffee and goes on.
        if (!_endsShift)
            _day.Plan(TimeSpan.FromMinutes(15), () => _endsShift ? Task.CompletedTask : Begin(again: true));
    }

    async Task Begin(bool again = false)
    {
        if (_isOnDuty)
            return;
        _endsShift = false;
        if (!again)
            await Do(
                HttpMethod.Put,
                "drivers/me",
                new JsonObject
                {
                    ["name"] = $"Driver {Number}",
                    ["vehicle"] = new JsonObject
                    {
                        ["class"] = _vehicleClass,
                        ["plate"] = $"B-RB {Number}",
                        ["model"] = "VW ID.4",
                    },
                }
            );
        var begun = await Do(HttpMethod.Post, "drivers/me/shift", new JsonObject { ["location"] = At.Json });
        (_isOnDuty, _reportedAt) = (begun.Status == HttpStatusCode.OK, _day.Now);
    }

    async Task End()
    {
        _endsShift = true;
        if (Waits && (await Do(HttpMethod.Delete, "drivers/me/shift")).Status < HttpStatusCode.BadRequest)
            _isOnDuty = false;
        else if (_isOnDuty && _trip is null)
            _day.Plan(TimeSpan.FromMinutes(1), End);
    }

    public Task<TestKit.Api.Answer> Do(HttpMethod method, string path, JsonObject? body = null) =>
        _day.Do("driver", Id, method, path, body);
}
