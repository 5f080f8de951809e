using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.Tests.Api;

namespace RideBooking.IntegrationTests.Faults;

/// <summary>
/// Riders and drivers who go on whatever the server says: an answer that does not come, or is an error, is asked for again.
/// </summary>
/// <param name="rides">How many riders, each of one ride.</param>
/// <param name="drivers">How many drivers.</param>
/// <param name="hosts">Where the servers are. Everybody keeps to one of them, in turn.</param>
sealed class Rush(int rides, int drivers, params Uri[] hosts) : IDisposable
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(150);
    static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    readonly CancellationTokenSource _over = new();

    readonly List<(Rider Rider, string Key, TaskCompletionSource<string> Id)> _rides = [];
    readonly List<Driver> _drivers = [];
    readonly ConcurrentDictionary<string, string> _answers = [];
    IReadOnlyList<Task> _everybody = [];
    int _refused;

    /// <summary>The rides that were accepted.</summary>
    public IReadOnlyCollection<Guid> Accepted =>
        [.. _rides.Where(ride => ride.Id.Task.IsCompletedSuccessfully).Select(ride => Guid.Parse(ride.Id.Task.Result))];

    /// <summary>Who drives.</summary>
    public IReadOnlyList<Driver> Drivers => _drivers;

    /// <summary>Who asked, and for which ride; that only once it was accepted.</summary>
    public IReadOnlyList<(Rider Rider, Task<string> Ride)> Riders =>
        _rides.ConvertAll(ride => (ride.Rider, ride.Id.Task));

    /// <summary>How many requests were answered with an error of the server, or not at all.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>The rides that were accepted so far.</summary>
    public IReadOnlyList<string> Ids =>
        [.. _rides.Where(ride => ride.Id.Task.IsCompletedSuccessfully).Select(ride => ride.Id.Task.Result)];

    /// <summary>Somebody from operations.</summary>
    public Task<Person> Operator() => CityOf(0).Operator();

    /// <summary>Everybody signs in, drivers come on duty, and then all riders ask for a ride at once.</summary>
    public async Task Begin()
    {
        for (var i = 0; i < drivers; i++)
            _drivers.Add(await CityOf(i).DriverAt(City.Place(52.5219 + i * 0.0002, 13.4132)));
        for (var i = 0; i < rides; i++)
            _rides.Add((await CityOf(i).Rider(), Guid.NewGuid().ToString("N"), new TaskCompletionSource<string>()));
        _everybody =
        [
            .. _drivers.Select(driver => Task.Run(() => Drive(driver))),
            .. _rides.Select(ride => Task.Run(() => Ask(ride.Rider, ride.Key, ride.Id))),
        ];
    }

    /// <summary>One more asks for a ride. Returns its id once it was accepted.</summary>
    public async Task<string> OneMore()
    {
        var ride = (
            Rider: await CityOf(_rides.Count).Rider(),
            Key: Guid.NewGuid().ToString("N"),
            Id: new TaskCompletionSource<string>()
        );
        _rides.Add(ride);
        await Ask(ride.Rider, ride.Key, ride.Id);
        return await ride.Id.Task;
    }

    /// <summary>Waits until so many rides are paid; all of them when not told.</summary>
    public Task Paid(int? atLeast = null, Func<string>? evidence = null) =>
        Paid(atLeast ?? rides, ride => PaymentOf(ride) == "captured", evidence);

    /// <summary>Waits until every ride is paid or was cancelled, and everybody goes home.</summary>
    public async Task Over(Func<Task<string>> evidence)
    {
        try
        {
            await Paid(
                _rides.Count,
                ride => PaymentOf(ride) == "captured" || ride["status"]?.GetValue<string>() == "cancelled",
                null
            );
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message} {await evidence()}");
        }
        await _over.CancelAsync();
        await Task.WhenAll(_everybody);
        // Who is still on the way for the server cannot leave; and who stays is offered the rides of the next rush.
        foreach (var driver in Drivers)
            await WaitFor.TrueAsync(
                "a driver to go home",
                async () => (await Try(() => driver.Delete("drivers/me/shift")))?.Status == HttpStatusCode.NoContent,
                s_patience
            );
    }

    static string? PaymentOf(JsonNode ride) => ride["payment"]?["status"]?.GetValue<string>();

    async Task Paid(int wanted, Func<JsonNode, bool> isOver, Func<string>? evidence)
    {
        var over = new HashSet<string>();
        await WaitFor.TrueAsync(
            $"{wanted} of {_rides.Count} rides to be paid",
            async () => await Look(over, isOver) >= wanted,
            s_patience,
            () => $"{over.Count} are. The last answers to the requests for one: {Answers()} {evidence?.Invoke()}"
        );
    }

    string Answers() =>
        string.Join("; ", _answers.Values.GroupBy(answer => answer).Select(same => $"{same.Count()}× {same.Key}"));

    /// <summary>Whether all rides are paid, as far as the server answers.</summary>
    public async Task<bool> AllArePaid() => await Look([], ride => PaymentOf(ride) == "captured") == rides;

    async Task<int> Look(HashSet<string> over, Func<JsonNode, bool> isOver)
    {
        // Somebody who met what they did not expect ends the wait at once.
        foreach (var failed in _everybody.Where(person => person.IsFaulted))
            await failed;
        foreach (var (rider, _, id) in _rides.Where(ride => ride.Id.Task.IsCompletedSuccessfully))
            if (!over.Contains(await id.Task) && (await Try(() => rider.Get($"rides/{id.Task.Result}"))) is { } ride)
                if (ride.Body is { } body && isOver(body))
                    over.Add(await id.Task);
        return over.Count;
    }

    /// <summary>Ends it, and finds that the log has each ride paid exactly once, and its receipt issued exactly once.</summary>
    public async Task EachWasPaidOnce()
    {
        await _over.CancelAsync();
        await Task.WhenAll(_everybody);
        var operations = await Operator();
        foreach (var (_, _, id) in _rides)
            await operations.WasPaidOnce(await id.Task);
    }

    public void Dispose()
    {
        _over.Cancel();
        _over.Dispose();
    }

    City CityOf(int person) =>
        new(() => new HttpClient { BaseAddress = hosts[person % hosts.Length], Timeout = TimeSpan.FromSeconds(10) });

    async Task Ask(Rider rider, string key, TaskCompletionSource<string> id)
    {
        while (!_over.IsCancellationRequested)
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

    // What he did last and whether it arrived he need not know: the server tells him where he is.
    // Now and then the app says that it is there: a driver who is not heard of, or missed offers in an outage, is offered none.
    async Task Drive(Driver driver)
    {
        for (var round = 1; !_over.IsCancellationRequested; round++)
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
        catch (Exception failure)
            when (failure is HttpRequestException or SocketException or OperationCanceledException)
        {
            // No answer. (A peer that dies while it is being connected to is the socket's exception, not HTTP's.)
        }
        Interlocked.Increment(ref _refused);
        return null;
    }
}
