using System.Diagnostics;
using System.Text.Json;
using RideBooking.Benchmarks.Saga;
using RideBooking.TestKit.Benchmarks;
using Spectre.Console;

namespace RideBooking.Benchmarks;

/// <summary>
/// Drives rides in three parts on one host: to warm up, one at a time, and concurrently. After each part it waits until all
/// follow-up work is done, so that the counters belong to the rides of that part.
/// </summary>
sealed class RidesBenchmark(Settings settings, SystemUnderTest system, Api api, ProgressContext progress)
{
    const int SignInsAtOnce = 8;
    const int EventsPerPage = 1000;
    const int RidesToCopy = 10;
    const int MemorySamples = 20;

    // Each measurement stops the host for one or two tenths of a second.
    const int RidesBetweenSamples = 2500;
    static readonly TimeSpan s_stall = TimeSpan.FromMinutes(3);
    static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(1);
    static readonly TimeSpan s_settling = TimeSpan.FromMinutes(5);

    readonly long _begun = Stopwatch.GetTimestamp();

    readonly City _city = new(api, settings.Seed);
    readonly List<Guid> _driven = [];
    readonly List<MemoryUse> _memory = [];
    long _before;

    /// <returns>The exit code: 0, or 1 if a guarantee was broken.</returns>
    public static async Task<int> Run(Settings settings, bool json, CancellationToken cancellationToken)
    {
        var console = json
            ? AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(System.Console.Error) })
            : AnsiConsole.Console;
        var result = await console
            .Progress()
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn(),
                new PercentageColumn(),
                new ElapsedTimeColumn()
            )
            .StartAsync(async progress =>
            {
                var limiting = progress.AddTask("the limits of servers and bus", maxValue: 1);
                Limits limits;
                await using (var servers = await SagaServers.Start(settings.Transport, settings.Database))
                    limits = await Limits.Measure(servers, what => limiting.Description = what, cancellationToken);
                limiting.Increment(1);
                var starting = progress.AddTask(
                    $"start the host on {settings.Database} and {settings.Transport}",
                    maxValue: 1
                );
                await using var system = await SystemUnderTest.Start(settings);
                starting.Increment(1);
                using var api = new Api(system.Address, settings.IdempotencyKeys);
                return await new RidesBenchmark(settings, system, api, progress).Measure(limits, cancellationToken);
            });
        if (json)
            System.Console.WriteLine(JsonSerializer.Serialize(result, Report.Json));
        else
        {
            console.Write(Report.Table(result));
            if (settings.Details)
                foreach (var line in Report.Details(result))
                    System.Console.WriteLine(line);
        }
        foreach (var breach in result.Breaches)
            await System.Console.Error.WriteLineAsync(breach);
        return result.Breaches.Count == 0 ? 0 : 1;
    }

    async Task<BenchmarkResult> Measure(Limits limits, CancellationToken cancellationToken)
    {
        if (settings.History > 0)
            await LetTimePass(cancellationToken);
        using var offDuty = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var preparing = progress.AddTask("riders sign in, drivers come on duty", maxValue: 2);
        var riders = new Queue<string>(
            await AtOnce(
                settings.WarmUp + settings.OneByOne + settings.Rides + settings.HalfLoad,
                _ => api.SignIn("rider", cancellationToken)
            )
        );
        preparing.Increment(1);
        var driving = await AtOnce(
            settings.Drivers,
            async _ => await _city.StartDriver(await api.SignIn("driver", cancellationToken), offDuty.Token)
        );
        preparing.Increment(1);

        await Part("warm up", settings.WarmUp, settings.InFlight, riders, driving, cancellationToken);
        await Settled(cancellationToken);
        var single = await Part("one at a time", settings.OneByOne, 1, riders, driving, cancellationToken);
        await Settled(cancellationToken);

        var before = await Snapshot(cancellationToken);
        await RecordMemory(0, cancellationToken);
        var started = Stopwatch.GetTimestamp();
        var loaded = await Part(
            $"{settings.InFlight} in flight",
            settings.Rides,
            settings.InFlight,
            riders,
            driving,
            cancellationToken,
            Math.Max(settings.Rides / MemorySamples, RidesBetweenSamples)
        );
        var elapsed = Stopwatch.GetElapsedTime(started);
        await Settled(cancellationToken);
        var settled = Stopwatch.GetElapsedTime(started) - elapsed - s_quiet;
        var after = await Snapshot(cancellationToken);
        await RecordMemory(settings.Rides + 1, cancellationToken);
        var lag =
            settings.HalfLoad > 0
                ? await HalfLoad(settings.Rides / elapsed.TotalSeconds / 2, riders, driving, cancellationToken)
                : null;

        await offDuty.CancelAsync();
        await Task.WhenAll(driving);
        return new BenchmarkResult(
            settings,
            Machine.This(system.SyncedWrite()),
            Latency.Of(single.Select(ride => ride.Captured)),
            Latency.Of(single.Select(ride => ride.Answered)),
            elapsed.TotalSeconds,
            settings.Rides / elapsed.TotalSeconds,
            Latency.Of(loaded.Select(ride => ride.Captured)),
            Latency.Of(loaded.Select(ride => ride.Answered)),
            Math.Max(0, settled.TotalSeconds),
            [.. _memory.OrderBy(use => use.Rides)],
            Cost(before, after),
            lag,
            limits,
            await Breaches(cancellationToken)
        );
    }

    /// <summary>Drives a few rides with drivers who then go off duty, and fills the database with copies of them.</summary>
    async Task LetTimePass(CancellationToken cancellationToken)
    {
        using var offDuty = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var riders = new Queue<string>(await AtOnce(RidesToCopy, _ => api.SignIn("rider", cancellationToken)));
        var drivers = await AtOnce(RidesToCopy, _ => api.SignIn("driver", cancellationToken));
        var driving = await AtOnce(RidesToCopy, number => _city.StartDriver(drivers[number], offDuty.Token));
        var driven = await Part("rides to copy", RidesToCopy, RidesToCopy, riders, driving, cancellationToken);
        await Settled(cancellationToken);
        await offDuty.CancelAsync();
        await Task.WhenAll(driving);
        foreach (var driver in drivers)
            await _city.EndShift(driver, cancellationToken);
        await Settled(cancellationToken);

        var bar = progress.AddTask($"{settings.History} finished rides", maxValue: settings.History);
        _before = await system.Fill(
            [.. driven.Select(ride => ride.Id)],
            settings.History,
            copied => bar.Value = copied,
            cancellationToken
        );
        _driven.Clear();
    }

    /// <summary>Drives rides concurrently; fails if a driver fails or no ride completes for a long time.</summary>
    async Task<List<CompletedRide>> Part(
        string name,
        int rides,
        int inFlight,
        Queue<string> riders,
        Task[] driving,
        CancellationToken cancellationToken,
        int rememberEvery = 0
    )
    {
        var bar = progress.AddTask(name, maxValue: Math.Max(1, rides));
        _city.ResetPace();
        var started = Stopwatch.GetTimestamp();
        var done = new List<CompletedRide>(rides);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        giveUp.CancelAfter(s_stall);
        var left = rides;
        var riding = Task.WhenAll(
            Enumerable
                .Range(0, Math.Min(inFlight, rides))
                .Select(async _ =>
                {
                    while (NextRider() is { } rider)
                    {
                        var ride = await _city.Ride(rider, giveUp.Token);
                        int count;
                        lock (done)
                        {
                            done.Add(ride);
                            count = done.Count;
                            giveUp.CancelAfter(s_stall);
                            bar.Increment(1);
                            bar.Description =
                                $"{name}: {done.Count} of {rides} rides, {done.Count / Stopwatch.GetElapsedTime(started).TotalSeconds:0.0}/s";
                        }
                        if (rememberEvery > 0 && count % rememberEvery == 0)
                            await RecordMemory(count, giveUp.Token);
                    }
                })
        );
        try
        {
            if (await Task.WhenAny([riding, .. driving]) is var first && first != riding)
            {
                await giveUp.CancelAsync();
                await first;
            }
            await riding;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"{done.Count} of {rides} rides were done, and no further one for {s_stall.TotalMinutes} min. {system.Output}"
            );
        }
        bar.Value = bar.MaxValue;
        _driven.AddRange(done.Select(ride => ride.Id));
        return done;

        string? NextRider()
        {
            lock (riders)
                return left-- > 0 ? riders.Dequeue() : null;
        }
    }

    /// <summary>Requests rides at a constant rate, however many are in progress, and observes the readers of the event log.</summary>
    async Task<LagAtHalfLoad> HalfLoad(
        double ridesPerSecond,
        Queue<string> riders,
        Task[] driving,
        CancellationToken cancellationToken
    )
    {
        var bar = progress.AddTask($"{ridesPerSecond:0.0} rides/s", maxValue: settings.HalfLoad);
        _city.ResetPace();
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        giveUp.CancelAfter(s_stall + TimeSpan.FromSeconds(settings.HalfLoad / ridesPerSecond));
        var (events, stream, subscriptions) = await new EventLogLag(api, system).Observe(Load, cancellationToken);
        return new LagAtHalfLoad(settings.HalfLoad, ridesPerSecond, events, stream, subscriptions);

        async Task Load()
        {
            var started = Stopwatch.GetTimestamp();
            var rides = new List<Task<CompletedRide>>(settings.HalfLoad);
            for (var number = 0; number < settings.HalfLoad; number++)
            {
                var due = TimeSpan.FromSeconds(number / ridesPerSecond) - Stopwatch.GetElapsedTime(started);
                if (due > TimeSpan.Zero)
                    await Task.Delay(due, giveUp.Token);
                rides.Add(_city.Ride(riders.Dequeue(), giveUp.Token));
                bar.Increment(1);
            }
            var riding = Task.WhenAll(rides);
            if (await Task.WhenAny([riding, .. driving]) is var first && first != riding)
                await first;
            _driven.AddRange((await riding).Select(ride => ride.Id));
            await Settled(cancellationToken);
        }
    }

    /// <summary>Waits until the outbox is empty and no message has been handled for a second.</summary>
    async Task Settled(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        // Notifications and analytics fall behind a load that saturates the machine, the more the longer it lasts.
        var timeout = TimeSpan.FromTicks(Math.Max(s_settling.Ticks, Stopwatch.GetElapsedTime(_begun).Ticks));
        var bar = progress.AddTask("follow-up work", maxValue: 1);
        for (var known = await system.Counts(cancellationToken); ; )
        {
            await Task.Delay(s_quiet, cancellationToken);
            var now = await system.Counts(cancellationToken);
            if (now.Received == known.Received && now.Sent == known.Sent && await system.OutboxLength() == 0)
            {
                bar.Value = bar.MaxValue;
                return;
            }
            bar.Description = $"follow-up work: {now.Received - known.Received} messages in the last second";
            if (Stopwatch.GetElapsedTime(started) > timeout)
                throw new TimeoutException(
                    $"Messages were still handled {timeout.TotalMinutes:0} min after the last ride, or lie in the outbox ({await system.OutboxLength()})."
                );
            known = now;
        }
    }

    async Task<(
        Counts Counts,
        (long Transactions, long Syncs)? Server,
        Dictionary<string, double> Processors
    )> Snapshot(CancellationToken cancellationToken)
    {
        var counts = await system.Counts(cancellationToken);
        return (counts, await system.WritesByServer(), ProcessUse.Processor(counts.ProcessId));
    }

    async Task RecordMemory(int rides, CancellationToken cancellationToken)
    {
        var counts = await system.CountsWhenClean(cancellationToken);
        var use = new MemoryUse(rides, counts.Heap / 1e6, ProcessUse.Memory(counts.ProcessId));
        lock (_memory)
            _memory.Add(use);
    }

    PerRide Cost(
        (Counts Counts, (long Transactions, long Syncs)? Server, Dictionary<string, double> Processors) before,
        (Counts Counts, (long Transactions, long Syncs)? Server, Dictionary<string, double> Processors) after
    )
    {
        var counts = after.Counts - before.Counts;
        return new PerRide(
            Each(counts.Sent),
            Each(counts.Received),
            Each(counts.Failed),
            Each(counts.Commits),
            Each(counts.Rollbacks),
            Each(counts.Commands),
            after.Server is { } writes ? Each(writes.Transactions - before.Server!.Value.Transactions) : null,
            after.Server is { } synced ? Each(synced.Syncs - before.Server!.Value.Syncs) : null,
            after.Processors.ToDictionary(
                process => process.Key,
                process => Each(process.Value - before.Processors.GetValueOrDefault(process.Key))
            ),
            counts
                .Details.Where(detail => detail.Value > 0)
                .ToDictionary(detail => detail.Key, detail => Each(detail.Value))
        );

        double Each(double total) => Math.Round(total / Math.Max(1, settings.Rides), 2);
    }

    async Task<IReadOnlyList<string>> Breaches(CancellationToken cancellationToken)
    {
        var operations = await api.SignIn("operator", cancellationToken);
        var log = new List<JsonElement>();
        for (var after = _before; ; )
        {
            var page = await api.Do(
                HttpMethod.Get,
                $"events?after={after}&limit={EventsPerPage}",
                operations,
                null,
                cancellationToken
            );
            log.AddRange(page.GetProperty("items").EnumerateArray());
            if (page.GetProperty("next").GetInt64() is var next && next == after)
                break;
            after = next;
        }
        var breaches = EventLogInvariants.Breaches(log, _driven, _before).ToList();
        if (await system.OutboxLength() is > 0 and var left)
            breaches.Add($"{left} messages are left in the outbox.");
        return breaches;
    }

    static async Task<T[]> AtOnce<T>(int count, Func<int, Task<T>> work)
    {
        var results = new T[count];
        await Parallel.ForAsync(
            0,
            count,
            new ParallelOptions { MaxDegreeOfParallelism = SignInsAtOnce },
            async (number, _) => results[number] = await work(number)
        );
        return results;
    }
}
