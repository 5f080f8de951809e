using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace RideBooking.Benchmarks.Streams;

/// <summary>
/// Opens many live streams of rides on one host, lets them rest, and then cancels the rides: each cancellation is an event for
/// every stream of its ride.
/// </summary>
/// <param name="settings">How many streams, and how fast the rides change.</param>
/// <param name="system">The host.</param>
/// <param name="api">A client of it.</param>
sealed class StreamsBenchmark(StreamsSettings settings, SystemUnderTest system, Api api) : IDisposable
{
    // A caller may have 32 streams; an app has one or two.
    const int StreamsPerRide = 20;
    const int AtOnce = 32;

    readonly ConcurrentBag<double> _delays = [];

    // So many connections at once are refused by the operating system.
    readonly SemaphoreSlim _opening = new(AtOnce);
    int _opened;
    int _received;
    int _broken;

    int Rides => (settings.Streams + StreamsPerRide - 1) / StreamsPerRide;

    /// <returns>The exit code: 0, or 1 if a stream broke off or missed its event.</returns>
    public static async Task<int> Run(StreamsSettings settings, CancellationToken cancellationToken)
    {
        await using var system = await SystemUnderTest.Start(
            settings.Transport,
            settings.Database,
            new Dictionary<string, string>
            {
                // All callers are at one address here.
                ["Limits__AnonymousRequests"] = "100000",
                ["Limits__AnonymousBurst"] = "100000",
                ["Matching__SearchDeadline"] = "10:00:00",
                // The rides wait without work for the host.
                ["Matching__SearchAgainAfter"] = "10:00:00",
            }
        );
        using var api = new Api(system.Address, idempotencyKeys: false);
        using var benchmark = new StreamsBenchmark(settings, system, api);
        return await benchmark.Measure(cancellationToken);
    }

    public void Dispose() => _opening.Dispose();

    async Task<int> Measure(CancellationToken cancellationToken)
    {
        var process = (await system.Counts(cancellationToken)).ProcessId;
        var rides = new ConcurrentBag<(string Token, string Ride)>();
        await InParallel(
            Rides,
            async number => rides.Add(await RequestRide(number, cancellationToken)),
            cancellationToken
        );
        Say($"{Rides} riders have requested rides");

        var before = await Use(process, cancellationToken);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var opening = Stopwatch.StartNew();
        var streams = rides
            .SelectMany(ride => Enumerable.Repeat(ride, StreamsPerRide))
            .Take(settings.Streams)
            .Select(ride => Task.Run(() => Follow(ride.Token, ride.Ride, end.Token), CancellationToken.None))
            .ToList();
        await Until(() => Volatile.Read(ref _opened), settings.Streams, "streams are open", cancellationToken);
        opening.Stop();
        var open = await Use(process, cancellationToken);

        // Streams that nothing happens on: only comments every 15 s.
        await Task.Delay(settings.Rest, cancellationToken);
        var rested = await Use(process, cancellationToken);

        var changing = Stopwatch.StartNew();
        var changed = 0;
        foreach (var (token, ride) in rides)
        {
            await api.Do(
                HttpMethod.Post,
                $"rides/{ride}/cancel",
                token,
                new { reason = "the benchmark ends" },
                cancellationToken
            );
            changed++;
            if (TimeSpan.FromSeconds(changed / (double)settings.Rate) - changing.Elapsed is { Ticks: > 0 } pause)
                await Task.Delay(pause, cancellationToken);
        }
        changing.Stop();
        await Until(() => Volatile.Read(ref _received), settings.Streams, "events have arrived", cancellationToken);
        var ended = await Use(process, cancellationToken);
        await end.CancelAsync();
        await Task.WhenAll(streams);

        var delays = _delays.Order().ToArray();
        Say(
            string.Create(
                CultureInfo.InvariantCulture,
                $"""

                streams open                    {settings.Streams}, opened in {opening.Elapsed.TotalSeconds:0.0} s
                broken off                      {_broken}
                memory of the host              {before.Memory:0} MB before, {open.Memory:0} MB with all streams
                managed heap per stream         {(open.Heap - before.Heap) / 1024.0 / settings.Streams:0.0} KiB
                memory per stream               {(open.Memory - before.Memory) * 1000 / settings.Streams:0.0} kB
                processor while they rest       {Percent(open, rested):0.0} % of one
                processor while they change     {Percent(rested, ended):0.0} % of one, {changed
                    / changing.Elapsed.TotalSeconds:0.0} rides/s, {delays.Length
                    / changing.Elapsed.TotalSeconds:0} events/s
                SQL statements while they rest  {rested.Commands - open.Commands}
                delay of an event to its stream p50 {At(delays, 0.5):0.0} ms, p99 {At(delays, 0.99):0.0} ms, max {At(
                    delays,
                    1
                ):0.0} ms
                """
            )
        );
        return _broken == 0 && delays.Length == settings.Streams ? 0 : 1;
    }

    async Task<(string Token, string Ride)> RequestRide(int number, CancellationToken cancellationToken)
    {
        var token = await api.SignIn("rider", cancellationToken);
        // There is no driver: the rides wait until they are cancelled.
        var place = new { lat = 40 + number % 1000 * 0.001, lng = 10.0 };
        var ride = await api.Do(
            HttpMethod.Post,
            "rides",
            token,
            new { pickup = place, dropoff = new { lat = place.lat + 0.05, place.lng } },
            cancellationToken
        );
        return (token, ride.GetProperty("id").GetString()!);
    }

    async Task Follow(string token, string ride, CancellationToken cancellationToken)
    {
        var isOpen = false;
        try
        {
            await _opening.WaitAsync(cancellationToken);
            await foreach (var happened in api.Listen($"rides/{ride}/events", token, cancellationToken))
                switch (happened.EventType)
                {
                    case "RideRequested" when !isOpen:
                        isOpen = true;
                        _opening.Release();
                        Interlocked.Increment(ref _opened);
                        break;
                    case "RideCancelled":
                        var now = DateTimeOffset.UtcNow;
                        var logged = JsonSerializer
                            .Deserialize<JsonElement>(happened.Data)
                            .GetProperty("timestamp")
                            .GetDateTimeOffset();
                        _delays.Add((now - logged).TotalMilliseconds);
                        Interlocked.Increment(ref _received);
                        break;
                }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The benchmark has ended.
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            Interlocked.Increment(ref _broken);
            if (!isOpen)
                _opening.Release();
        }
    }

    async Task<HostUse> Use(int process, CancellationToken cancellationToken)
    {
        var counts = await system.CountsWhenClean(cancellationToken);
        return new HostUse(
            Stopwatch.GetTimestamp(),
            counts.Heap,
            ProcessUse.Memory(process).GetValueOrDefault(HostName),
            ProcessUse.Processor(process).GetValueOrDefault(HostName),
            counts.Commands
        );
    }

    const string HostName = "host";

    static double Percent(HostUse from, HostUse to) =>
        (to.Processor - from.Processor) / Stopwatch.GetElapsedTime(from.At, to.At).TotalMilliseconds * 100;

    static double At(double[] ordered, double part) =>
        ordered.Length == 0 ? double.NaN : ordered[(int)Math.Min(ordered.Length - 1, part * ordered.Length)];

    async Task Until(Func<int> reached, int wanted, string what, CancellationToken cancellationToken)
    {
        var waited = Stopwatch.StartNew();
        while (reached() < wanted && waited.Elapsed < settings.Limit)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
            if (waited.Elapsed.TotalSeconds % 5 < 0.2)
                Say($"{reached()} of {wanted} {what}");
        }
    }

    static Task InParallel(int count, Func<int, Task> act, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (number, _) => await act(number)
        );

    static void Say(string line) => System.Console.WriteLine(line);

    /// <param name="At">When it was measured.</param>
    /// <param name="Heap">Bytes on the managed heap after a full collection.</param>
    /// <param name="Memory">Private memory, MB.</param>
    /// <param name="Processor">Processor time so far, ms.</param>
    /// <param name="Commands">SQL commands so far.</param>
    sealed record HostUse(long At, long Heap, double Memory, double Processor, long Commands);
}

/// <param name="Transport">The message transport.</param>
/// <param name="Database">The database.</param>
/// <param name="Streams">How many streams are open at the same time.</param>
/// <param name="Rate">How many rides change per second.</param>
/// <param name="Rest">How long the streams rest.</param>
/// <param name="Limit">How long the benchmark waits for streams to open, and for events.</param>
sealed record StreamsSettings(
    Transport Transport,
    Database Database,
    int Streams,
    int Rate,
    TimeSpan Rest,
    TimeSpan Limit
);
