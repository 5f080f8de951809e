using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using RideBooking.TestKit.Api;

namespace RideBooking.IntegrationTests.FaultInjection;

/// <summary>
/// Riders and drivers who repeat every request that fails or gets no answer.
/// </summary>
/// <param name="rides">The number of riders, each with one ride.</param>
/// <param name="drivers">The number of drivers.</param>
/// <param name="hosts">The hosts' addresses. Riders and drivers are divided among them.</param>
sealed class Rush(int rides, int drivers, params Uri[] hosts) : IDisposable
{
    static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    readonly CancellationTokenSource _ended = new();

    readonly List<(Rider Rider, string Key, TaskCompletionSource<string> Id)> _rides = [];
    readonly List<Driver> _drivers = [];
    readonly ConcurrentDictionary<string, string> _answers = [];
    IReadOnlyList<Task> _people = [];
    int _refused;

    /// <summary>The rides that were accepted.</summary>
    public IReadOnlyCollection<Guid> Accepted =>
        [.. _rides.Where(ride => ride.Id.Task.IsCompletedSuccessfully).Select(ride => Guid.Parse(ride.Id.Task.Result))];

    /// <summary>The drivers.</summary>
    public IReadOnlyList<Driver> Drivers => _drivers;

    /// <summary>The riders with their rides; the ride's id is set once it was accepted.</summary>
    public IReadOnlyList<(Rider Rider, Task<string> Ride)> Riders =>
        _rides.ConvertAll(ride => (ride.Rider, ride.Id.Task));

    /// <summary>The number of requests answered with a server error, or not at all.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>The rides that were accepted so far.</summary>
    public IReadOnlyList<string> Ids =>
        [.. _rides.Where(ride => ride.Id.Task.IsCompletedSuccessfully).Select(ride => ride.Id.Task.Result)];

    /// <summary>Signs in an operator.</summary>
    public Task<Person> Operator() => CityOf(0).Operator();

    /// <summary>Signs riders and drivers in, brings the drivers on duty, and then requests all rides at once.</summary>
    public async Task Begin()
    {
        for (var i = 0; i < drivers; i++)
            _drivers.Add(await CityOf(i).DriverAt(City.Place(52.5219 + i * 0.0002, 13.4132)));
        for (var i = 0; i < rides; i++)
            _rides.Add((await CityOf(i).Rider(), Guid.NewGuid().ToString("N"), new TaskCompletionSource<string>()));
        _people =
        [
            .. _drivers.Select(driver => Task.Run(() => Drive(driver))),
            .. _rides.Select(ride => Task.Run(() => RequestRide(ride.Rider, ride.Key, ride.Id))),
        ];
    }

    /// <summary>Requests one more ride. Returns its id once it was accepted.</summary>
    public async Task<string> RequestAnother()
    {
        var ride = (
            Rider: await CityOf(_rides.Count).Rider(),
            Key: Guid.NewGuid().ToString("N"),
            Id: new TaskCompletionSource<string>()
        );
        _rides.Add(ride);
        await RequestRide(ride.Rider, ride.Key, ride.Id);
        return await ride.Id.Task;
    }

    /// <summary>Waits until the given number of rides is paid, by default all.</summary>
    public Task Paid(int? atLeast = null, Func<string>? evidence = null) =>
        Paid(atLeast ?? rides, ride => PaymentOf(ride) == "captured", evidence);

    /// <summary>Waits until every ride is paid or was cancelled, and ends the shifts of all drivers.</summary>
    public async Task Ended(Func<Task<string>> evidence)
    {
        try
        {
            await Paid(
                _rides.Count,
                ride => PaymentOf(ride) == "captured" || ride["status"]?.GetValue<string>() == "cancelled",
                null
            );
        }
        catch (TimeoutException timeout)
        {
            throw new TimeoutException($"{timeout.Message} {await evidence()}");
        }
        await _ended.CancelAsync();
        await Task.WhenAll(_people);
        // A driver whose ride has not ended for the server cannot end the shift; one who stays is offered the next rush's rides.
        foreach (var driver in Drivers)
            await WaitFor.TrueAsync(
                "a driver's shift to end",
                async () => (await Try(() => driver.Delete("drivers/me/shift")))?.Status == HttpStatusCode.NoContent,
                WaitFor.Limit
            );
    }

    static string? PaymentOf(JsonNode ride) => ride["payment"]?["status"]?.GetValue<string>();

    async Task Paid(int wanted, Func<JsonNode, bool> hasEnded, Func<string>? evidence)
    {
        var ended = new HashSet<string>();
        await WaitFor.TrueAsync(
            $"{wanted} of {_rides.Count} rides to be paid",
            async () => await CountEnded(ended, hasEnded) >= wanted,
            WaitFor.Limit,
            () => $"{ended.Count} are. The last answers to the requests for one: {Answers()} {evidence?.Invoke()}"
        );
    }

    string Answers() =>
        string.Join("; ", _answers.Values.GroupBy(answer => answer).Select(same => $"{same.Count()}× {same.Key}"));

    /// <summary>Returns true if the server confirms that all rides are paid.</summary>
    public async Task<bool> AllArePaid() => await CountEnded([], ride => PaymentOf(ride) == "captured") == rides;

    async Task<int> CountEnded(HashSet<string> ended, Func<JsonNode, bool> hasEnded)
    {
        // An unexpected answer to a rider or driver ends the wait at once.
        foreach (var failed in _people.Where(person => person.IsFaulted))
            await failed;
        foreach (var (rider, _, id) in _rides.Where(ride => ride.Id.Task.IsCompletedSuccessfully))
            if (!ended.Contains(await id.Task) && (await Try(() => rider.Get($"rides/{id.Task.Result}"))) is { } ride)
                if (ride.Body is { } body && hasEnded(body))
                    ended.Add(await id.Task);
        return ended.Count;
    }

    /// <summary>Ends the rush and checks in the log that each ride was paid exactly once and its receipt issued exactly once.</summary>
    public async Task EachWasPaidOnce()
    {
        await _ended.CancelAsync();
        await Task.WhenAll(_people);
        var operations = await Operator();
        foreach (var (_, _, id) in _rides)
            await operations.WasPaidOnce(await id.Task);
    }

    public void Dispose()
    {
        _ended.Cancel();
        _ended.Dispose();
    }

    City CityOf(int person) =>
        new(() => new HttpClient { BaseAddress = hosts[person % hosts.Length], Timeout = TimeSpan.FromSeconds(60) });

    async Task RequestRide(Rider rider, string key, TaskCompletionSource<string> id)
    {
        while (!_ended.IsCancellationRequested)
        {
            var answer = await Try(() => rider.TryRequest(City.Alexanderplatz, City.Zoo, idempotencyKey: key));
            _answers[key] = answer is null ? "no answer, or a 5xx" : $"{answer.Status} {answer.Body}";
            if (answer?.Status == HttpStatusCode.Created)
            {
                id.TrySetResult(answer.Text("id"));
                return;
            }
            await Task.Delay(s_pause);
        }
    }

    // The driver's app keeps no state: the server's answers decide the next step.
    // It reports its location from time to time: a silent driver, or one who missed offers in an outage, is offered no rides.
    async Task Drive(Driver driver)
    {
        for (var round = 1; !_ended.IsCancellationRequested; round++)
        {
            await Task.Delay(s_pause);
            if (round % 50 == 0)
                await Try(() =>
                    driver.Post("drivers/me/shift", new JsonObject { ["location"] = City.Alexanderplatz.DeepClone() })
                );
            if (First(await Try(() => driver.Get("drivers/me/rides?limit=1"))) is { } ride)
            {
                var (id, status) = (ride["id"], ride["status"]?.GetValue<string>());
                if (status == "driverAssigned")
                    await Try(() => driver.Post($"rides/{id}/arrive"));
                if (status == "driverArrived")
                    await Try(() => driver.Post($"rides/{id}/start"));
                if (status == "inProgress")
                    await Try(() => driver.Post($"rides/{id}/complete", new JsonObject { ["distanceMeters"] = 6100 }));
            }
            if (First(await Try(() => driver.Get("drivers/me/offers"))) is { } offer)
                await Try(() => driver.Post($"offers/{offer["offerId"]}/accept"));
        }
    }

    static JsonNode? First(Answer? list) =>
        (list?.Body as JsonArray ?? list?.Body?["items"]?.AsArray())?.FirstOrDefault();

    async Task<Answer?> Try(Func<Task<Answer>> ask)
    {
        try
        {
            var answer = await ask();
            if ((int)answer.Status < 500)
                return answer;
        }
        catch (Exception exception)
            when (exception is HttpRequestException or SocketException or OperationCanceledException)
        {
            // No answer. (If the peer dies while connecting, the exception is the socket's, not HTTP's.)
        }
        Interlocked.Increment(ref _refused);
        return null;
    }
}
