using System.Diagnostics;
using System.Text;
using RideBooking.TestKit.Servers;
using Spectre.Console;

namespace RideBooking.Benchmarks.EventLog.Comparison;

/// <summary>The sizes of one run. A part whose size is 0 is left out.</summary>
/// <param name="Appends">Events appended one by one, in each round.</param>
/// <param name="Batches">Batches appended, in each round.</param>
/// <param name="Rebuilt">Events from which the projections are rebuilt.</param>
/// <param name="Stored">Events stored when rides are read at a version.</param>
/// <param name="Reads">Rides read, in each round.</param>
/// <param name="Rounds">The number of rounds; Marten and RideBooking alternate which goes first.</param>
sealed record ComparisonSizes(int Appends, int Batches, int Rebuilt, int Stored, int Reads, int Rounds);

/// <summary>Compares the event log with Marten: both do the same on one private PostgreSQL, in turns.</summary>
sealed class MartenBenchmark(ComparisonSizes sizes, IReadOnlyList<IEventStore> stores)
{
    const int Writers = 16;
    const int PerBatch = 50;
    const int PerRide = 12;
    const int Drivers = 200;
    const int RidesAtOnce = 1000;

    // Long enough that the average event has 600 bytes.
    static readonly string s_rider = $"rider-{new string('r', 267)}";
    static readonly DateTimeOffset s_start = new(2026, 1, 10, 10, 0, 0, TimeSpan.Zero);

    readonly Random _random = new(1);
    readonly List<Guid> _rides = [];
    readonly Table _results = new Table { Border = TableBorder.Rounded }
        .AddColumn("")
        .AddColumn(new TableColumn("Marten").RightAligned())
        .AddColumn(new TableColumn("RideBooking").RightAligned())
        .AddColumn(new TableColumn("ratio").RightAligned());

    public static async Task<int> Run(ComparisonSizes sizes, CancellationToken cancellationToken)
    {
        await using var server = await PostgresServer.FindOrStartAsync();
        await using var marten = new MartenStore(await server.CreateDatabaseAsync());
        await using var ours = await RideBookingStore.Create(await server.CreateDatabaseAsync());
        var appended = new MartenBenchmark(sizes, [marten, ours]);
        await appended.MeasureAppends(cancellationToken);

        // Databases of their own: only these events are rebuilt.
        await using var martenFilled = new MartenStore(await server.CreateDatabaseAsync());
        await using var oursFilled = await RideBookingStore.Create(await server.CreateDatabaseAsync());
        var filled = new MartenBenchmark(sizes, [martenFilled, oursFilled]);
        if (sizes.Rebuilt > 0)
        {
            await filled.Fill(sizes.Rebuilt, cancellationToken);
            await filled.MeasureRebuilds(cancellationToken);
        }
        if (sizes.Stored > 0)
        {
            await filled.Fill(sizes.Stored, cancellationToken);
            await filled.MeasureReads(cancellationToken);
        }
        AnsiConsole.Write(appended._results);
        AnsiConsole.Write(filled._results);
        return 0;
    }

    async Task MeasureAppends(CancellationToken cancellationToken)
    {
        var size = Ride(0)
            .Events.Average(happened => Encoding.UTF8.GetByteCount(SyntheticRide.Logged(default, happened).Payload));
        AnsiConsole.WriteLine($"An event has {size:0} bytes on average.");
        // For the just-in-time compiler and the connections.
        foreach (var store in stores)
            await AppendAll(store, 2000, perAppend: 1, cancellationToken);
        if (sizes.Appends > 0)
            await Compare(
                $"appends per second, one by one, {Writers} writers",
                async store => sizes.Appends / await AppendAll(store, sizes.Appends, perAppend: 1, cancellationToken)
            );
        if (sizes.Batches > 0)
            await Compare(
                $"appends per second, in batches of {PerBatch}, {Writers} writers",
                async store =>
                    sizes.Batches
                    * PerBatch
                    / await AppendAll(store, sizes.Batches * PerBatch, PerBatch, cancellationToken)
            );
    }

    async Task MeasureRebuilds(CancellationToken cancellationToken)
    {
        foreach (var projection in Enum.GetValues<Rebuilt>())
        {
            // The tables exist, and the planner knows them.
            var counted = new List<long>();
            foreach (var store in stores)
            {
                await store.Rebuild(projection, cancellationToken);
                counted.Add(await store.CountedBy(projection, cancellationToken));
                await store.Analyze(cancellationToken);
            }
            if (counted[0] != counted[1] || counted[0] == 0)
                throw new InvalidOperationException($"{projection} differ: {string.Join(" and ", counted)} events.");
            await Compare(
                $"{projection}: rebuilt from {counted[0]} events, events per second",
                async store =>
                {
                    var began = Stopwatch.GetTimestamp();
                    await store.Rebuild(projection, cancellationToken);
                    return counted[0] / Stopwatch.GetElapsedTime(began).TotalSeconds;
                }
            );
        }
    }

    async Task MeasureReads(CancellationToken cancellationToken)
    {
        var times = stores.ToDictionary(store => store, _ => new List<TimeSpan>());
        for (var round = 0; round <= sizes.Rounds; round++)
        {
            var reads = Enumerable
                .Range(0, sizes.Reads)
                .Select(_ => (Ride: _rides[_random.Next(_rides.Count)], Version: _random.Next(1, PerRide + 1)))
                .ToList();
            foreach (var store in InTurn(round))
            foreach (var (ride, version) in reads)
            {
                var began = Stopwatch.GetTimestamp();
                var state = await store.RideAt(ride, version, cancellationToken);
                var elapsed = Stopwatch.GetElapsedTime(began);
                if (state.Version != version || state.Id != ride)
                    throw new InvalidOperationException($"{store.Name} returned another ride or version.");
                // The first round fills the caches.
                if (round > 0)
                    times[store].Add(elapsed);
            }
        }
        var (marten, ours) = (Latency.Of(times[stores[0]]), Latency.Of(times[stores[1]]));
        Report($"a ride at a version, {sizes.Stored} events stored, p50, ms", marten.P50, ours.P50, "0.00");
        Report("p99, ms", marten.P99, ours.P99, "0.00");
    }

    /// <returns>Seconds until readers can read all events.</returns>
    static async Task<double> AppendAll(
        IEventStore store,
        int events,
        int perAppend,
        CancellationToken cancellationToken
    )
    {
        var each = events / Writers / perAppend;
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(
            Enumerable
                .Range(0, Writers)
                .Select(writer =>
                    Task.Run(
                        async () =>
                        {
                            var (ride, happened) = Ride(writer);
                            for (var n = 0; n < each; n++)
                            {
                                if (n * perAppend % PerRide < perAppend)
                                    (ride, happened) = Ride(writer);
                                await store.Append(
                                    ride,
                                    [
                                        .. Enumerable
                                            .Range(n * perAppend, perAppend)
                                            .Select(number => happened[number % PerRide]),
                                    ],
                                    cancellationToken
                                );
                            }
                        },
                        cancellationToken
                    )
                )
        );
        await store.AllReadable(cancellationToken);
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    /// <summary>Stores rides that overlap, until there are as many events.</summary>
    async Task Fill(int events, CancellationToken cancellationToken)
    {
        while (_rides.Count * PerRide < events)
        {
            var rides = Enumerable
                .Range(_rides.Count, Math.Min(RidesAtOnce, (events - 1) / PerRide + 1 - _rides.Count))
                .Select(Ride)
                .ToList();
            var happened = Enumerable
                .Range(0, PerRide)
                .SelectMany(version => rides.Select(ride => new Happened(ride.Id, ride.Events[version])))
                .ToList();
            foreach (var store in stores)
                await store.Store(happened, cancellationToken);
            _rides.AddRange(rides.Select(ride => ride.Id));
        }
        foreach (var store in stores)
            await store.Analyze(cancellationToken);
    }

    async Task Compare(string what, Func<IEventStore, Task<double>> measure)
    {
        var measured = stores.ToDictionary(store => store, _ => new List<double>());
        for (var round = 0; round < sizes.Rounds; round++)
            foreach (var store in InTurn(round))
            {
                var rate = await measure(store);
                measured[store].Add(rate);
                AnsiConsole.WriteLine($"{what}: {store.Name} {rate:0}");
            }
        Report(what, measured[stores[0]].Average(), measured[stores[1]].Average(), "0");
    }

    IEnumerable<IEventStore> InTurn(int round) => round % 2 == 0 ? stores : stores.Reverse();

    void Report(string what, double marten, double ours, string format) =>
        _results.AddRow(what, marten.ToString(format), ours.ToString(format), $"{ours / marten:0.00}");

    static (Guid Id, List<object> Events) Ride(int number)
    {
        var ride = Guid.CreateVersion7();
        var driver = $"driver-{number % Drivers}";
        return (ride, [.. SyntheticRide.LongEvents(ride, s_start.AddSeconds(number), s_rider, driver)]);
    }
}
