using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Payments;
using RideBooking.Payments.Gateway;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.CityDay;

/// <summary>
/// Plays 24 hours of a city on virtual time against the whole application: its API, state machines, timers, SQLite database
/// and sandbox gateway.
/// </summary>
/// <remarks>
/// A discrete-event simulation: the agenda has what people will do and when. The clock stands still while something happens, and
/// then goes to the next point of the agenda or the next timer of the application, whichever is earlier. Each step lasts until the
/// application is idle. People act only on what the event log says, as their apps do on their live streams. Everything that they
/// decide follows from the seed and the number of their ride, so the order in which the application works changes no decision.
/// </remarks>
internal sealed class Day : IAsyncDisposable
{
    static readonly TimeSpan s_rest = TimeSpan.FromDays(3);

    readonly PriorityQueue<Func<Task>, (DateTimeOffset At, int Number)> _agenda = new();
    readonly Dictionary<string, DriverOfDay> _drivers;
    readonly Dictionary<int, RiderOfDay> _riders = [];
    readonly Dictionary<string, Trip> _trips = new(StringComparer.Ordinal);
    readonly Dictionary<string, int> _refusals = new(StringComparer.Ordinal);
    readonly List<JsonNode> _events = [];
    readonly Action<string> _say;
    readonly CityLab _lab;
    readonly Callers _callers;
    long _position;
    int _steps;

    Day(DaySettings settings, CityLab lab, Action<string> say)
    {
        (Settings, _lab, _say) = (settings, lab, say);
        _callers = new Callers(lab);
        _drivers = Enumerable
            .Range(0, settings.Drivers)
            .Select(number => new DriverOfDay(this, number))
            .ToDictionary(driver => driver.Id, StringComparer.Ordinal);
    }

    public DaySettings Settings { get; }

    public DateTimeOffset Now => _lab.Now;

    public IServiceProvider Services => _lab.Services;

    /// <summary>The event log, in order.</summary>
    public IReadOnlyList<JsonNode> Events => _events;

    /// <summary>How often a person was refused something, by the code: for example because somebody else was faster.</summary>
    public IReadOnlyDictionary<string, int> Refusals => _refusals;

    public IEnumerable<DriverOfDay> Drivers => _drivers.Values;

    /// <summary>Plays a day, and what follows from it until nothing is left to happen.</summary>
    /// <param name="settings">The size of the day.</param>
    /// <param name="say">Receives the progress.</param>
    public static async Task<Day> Play(DaySettings settings, Action<string> say)
    {
        var lab = await CityLab.StartStill(
            Town.Midnight.AddMinutes(-5),
            [
                .. Town.Settings,
                // The drivers near a pickup report their position when a search begins and while it lasts; reports of all the
                // others all day would make no difference to an offer. So silence does not end a shift here.
                ("Drivers:MaxSilence", "00:00:00"),
                ("Limits:Requests", "100000"),
                ("Limits:Burst", "100000"),
                ("Limits:AnonymousRequests", "100000"),
                ("Limits:AnonymousBurst", "100000"),
                ("Limits:BulkRequests", "100000"),
            ]
        );
        var day = new Day(settings, lab, say);
        await day.Play();
        return day;
    }

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    /// <summary>Puts something on the agenda. What is planned for the same instant happens in the order of planning.</summary>
    public void Plan(DateTimeOffset at, Func<Task> act) => _agenda.Enqueue(act, (at < Now ? Now : at, _steps++));

    public void Plan(TimeSpan after, Func<Task> act) => Plan(Now + after, act);

    /// <summary>Sends a request as a person. Refusals are counted; a fault of the application ends the simulation.</summary>
    public async Task<Answer> Do(string role, string id, HttpMethod method, string path, JsonObject? body = null)
    {
        var person = await _callers.Find(role, id);
        var answer =
            method == HttpMethod.Get ? await person.Get(path)
            : method == HttpMethod.Put ? await person.Put(path, body!)
            : method == HttpMethod.Delete ? await person.Delete(path)
            : await person.Post(path, body);
        if (answer.Status >= HttpStatusCode.InternalServerError)
            throw new InvalidOperationException(
                $"{method} {path} of {role} {id} was answered {(int)answer.Status} {answer.Body?.ToJsonString()}"
            );
        if (answer.Status >= HttpStatusCode.BadRequest)
            _refusals[answer.Code ?? $"{(int)answer.Status}"] =
                _refusals.GetValueOrDefault(answer.Code ?? $"{(int)answer.Status}") + 1;
        return answer;
    }

    /// <summary>The drivers near a place who wait for an offer, the nearest first.</summary>
    public IEnumerable<DriverOfDay> WaitingNear(Spot place) =>
        _drivers
            .Values.Where(driver => driver.Waits)
            .OrderBy(driver => Town.Meters(driver.At, place))
            .ThenBy(driver => driver.Number)
            .Take(8);

    async Task Play()
    {
        foreach (var driver in _drivers.Values)
            driver.PlanShift();
        for (var number = 0; number < Settings.Rides; number++)
        {
            var trip = new Trip(this, number);
            Plan(trip.RequestedAt, () => Request(trip));
        }
        var gateway = _lab.Services.GetRequiredService<SandboxConditions>();
        foreach (var hour in new[] { 8.5, 18 })
        {
            Plan(Town.Midnight.AddHours(hour), () => Available(false));
            Plan(Town.Midnight.AddHours(hour).AddMinutes(12), () => Available(true));
        }
        // The regular check for lost answers, whose interval would otherwise pass in real time.
        var lost = _lab.Services.GetRequiredService<ResumePayments>();
        for (var hour = 1; hour < 72; hour++)
            Plan(Town.Midnight.AddHours(hour), () => lost.Resume(CancellationToken.None));
        Plan(Town.Midnight.AddHours(60), CloseTheBooks);

        for (var hour = 1; hour <= 24; hour++)
        {
            await GoOnTo(Town.Midnight.AddHours(hour));
            _say($"{hour:00}:00  {_trips.Count} of {Settings.Rides} rides requested, {_events.Count} events");
        }
        // Everything that is left: rides, payments that are tried again after a day, and what operators do.
        var end = Town.Midnight + s_rest;
        while (Now < end && (_agenda.Count > 0 || await _lab.AdvanceToNextTimer(end)))
        {
            await GoOnTo(_agenda.TryPeek(out _, out var next) ? Min(next.At, end) : Now);
            await Observe();
        }
        _say($"Settled at {Now - Town.Midnight:d\\.hh\\:mm} with {_events.Count} events");

        Task Available(bool available)
        {
            gateway.IsAvailable = available;
            return Task.CompletedTask;
        }
    }

    async Task Request(Trip trip)
    {
        if (!_riders.TryGetValue(trip.RiderNumber, out var rider))
            _riders[trip.RiderNumber] = rider = new RiderOfDay(this, trip.RiderNumber);
        if (await rider.Request(trip) is { } id)
            _trips[id] = trip;
    }

    // When the last automatic attempt was a day ago, operators look at what is still owed.
    async Task CloseTheBooks()
    {
        foreach (var trip in _trips.Values.OrderBy(trip => trip.Number).Where(trip => trip.IsOwed))
            if (trip.Number % 2 == 0)
                await trip.Operator("write-off", new JsonObject { ["driverBears"] = trip.Number % 4 == 0 });
            else
                await trip.Operator("retry", []);
    }

    /// <summary>Goes on to a time, through everything that is planned and every timer until then.</summary>
    async Task GoOnTo(DateTimeOffset time)
    {
        await _lab.Settle();
        await Observe();
        while (true)
        {
            var next = _agenda.TryPeek(out _, out var planned) && planned.At <= time ? planned.At : time;
            if (next > Now && await _lab.AdvanceToNextTimer(next))
            {
                await Observe();
                continue;
            }
            await _lab.Advance(next - Now);
            if (_agenda.TryPeek(out var act, out planned) && planned.At <= Now)
            {
                _agenda.Dequeue();
                await act();
                await _lab.Settle();
                await Observe();
            }
            else if (next >= time)
                return;
        }
    }

    /// <summary>Lets people react to what happened. In the order of their rides: the log's order within an instant is arbitrary.</summary>
    async Task Observe()
    {
        while (true)
        {
            var page = await Do("operator", "clerk", HttpMethod.Get, $"events?after={_position}&limit=1000");
            var items = page.Body!["items"]!.AsArray();
            if (items.Count == 0)
                return;
            _position = page.Body["next"]!.GetValue<long>();
            _events.AddRange(items.Select(item => item!.DeepClone()));
            foreach (var happened in items.OfType<JsonNode>().OrderBy(Number))
                React(happened);
        }

        int Number(JsonNode happened) =>
            _trips.TryGetValue(happened["stream_id"]!.GetValue<string>(), out var trip) ? trip.Number : -1;
    }

    void React(JsonNode happened)
    {
        var (type, payload) = (happened["event_type"]!.GetValue<string>(), happened["payload"]!);
        if (type == "DriverWentOffline")
            _drivers[payload["driverId"]!.GetValue<string>()].WentOffline();
        if (!_trips.TryGetValue(happened["stream_id"]!.GetValue<string>(), out var trip))
            return;
        if (type == "DriverOffered")
            _drivers[payload["driverId"]!.GetValue<string>()].IsOffered(trip, payload["offerId"]!.GetValue<string>());
        else
            trip.Observe(
                type,
                payload,
                payload["driverId"]?.GetValue<string>() is { } id ? _drivers.GetValueOrDefault(id) : null
            );
    }

    static DateTimeOffset Min(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    /// <summary>The signed-in people; tokens are renewed before they expire.</summary>
    sealed class Callers(CityLab lab)
    {
        readonly Dictionary<(string, string), (Person Person, DateTimeOffset Since)> _known = [];

        public async Task<Person> Find(string role, string id)
        {
            if (_known.TryGetValue((role, id), out var known) && lab.Now - known.Since < TimeSpan.FromHours(6))
                return known.Person;
            Person person = role switch
            {
                "rider" => await lab.City.Rider(id),
                "driver" => await lab.City.KnownDriver(id),
                _ => await lab.City.Operator(),
            };
            _known[(role, id)] = (person, lab.Now);
            return person;
        }
    }
}
