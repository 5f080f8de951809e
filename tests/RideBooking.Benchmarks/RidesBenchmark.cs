using System.Diagnostics;
using System.Text.Json;
using RideBooking.Benchmarks.Saga;
using Spectre.Console;

namespace RideBooking.Benchmarks;

/// <summary>
/// Drives rides in three parts on one host: to warm up, one at a time, and concurrently. After each part it waits until all
/// follow-up work is done, so that the counters belong to the rides of that part.
/// </summary>
sealed class RidesBenchmark(Settings settings, SystemUnderTest system, Api api, ProgressContext progress)
{
    const int RidesToCopy = 10;
    const int MemorySamples = 20;

    // Each measurement stops the host for one or two tenths of a second.
    const int RidesBetweenSamples = 2500;

    readonly RideLoad _load = new(new City(api, settings.Seed), api, system, progress);
    readonly List<MemoryUse> _memory = [];

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
                await using var system = await SystemUnderTest.Start(settings.Transport, settings.Database);
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
            await _load.SignIn(
                "rider",
                settings.WarmUp + settings.OneByOne + settings.Rides + settings.HalfLoad,
                cancellationToken
            )
        );
        preparing.Increment(1);
        var driving = await _load.StartDrivers(
            await _load.SignIn("driver", settings.Drivers, cancellationToken),
            offDuty.Token
        );
        preparing.Increment(1);

        await _load.InFlight("warm up", settings.WarmUp, settings.InFlight, riders, driving, cancellationToken);
        await _load.Settled(cancellationToken);
        var single = await _load.InFlight("one at a time", settings.OneByOne, 1, riders, driving, cancellationToken);
        await _load.Settled(cancellationToken);

        var before = await Snapshot(cancellationToken);
        await RecordMemory(0, cancellationToken);
        var started = Stopwatch.GetTimestamp();
        var loaded = await _load.InFlight(
            $"{settings.InFlight} in flight",
            settings.Rides,
            settings.InFlight,
            riders,
            driving,
            cancellationToken,
            (rides, stop) =>
                rides % Math.Max(settings.Rides / MemorySamples, RidesBetweenSamples) == 0
                    ? RecordMemory(rides, stop)
                    : Task.CompletedTask
        );
        var elapsed = Stopwatch.GetElapsedTime(started);
        await _load.Settled(cancellationToken);
        var settled = Stopwatch.GetElapsedTime(started) - elapsed - RideLoad.Quiet;
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
            await _load.Breaches(cancellationToken)
        );
    }

    /// <summary>Drives a few rides with drivers who then go off duty, and fills the database with copies of them.</summary>
    async Task LetTimePass(CancellationToken cancellationToken)
    {
        using var offDuty = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var riders = new Queue<string>(await _load.SignIn("rider", RidesToCopy, cancellationToken));
        var drivers = await _load.SignIn("driver", RidesToCopy, cancellationToken);
        var driving = await _load.StartDrivers(drivers, offDuty.Token);
        var driven = await _load.InFlight(
            "rides to copy",
            RidesToCopy,
            RidesToCopy,
            riders,
            driving,
            cancellationToken
        );
        await _load.Settled(cancellationToken);
        await offDuty.CancelAsync();
        await Task.WhenAll(driving);
        await _load.EndShifts(drivers, cancellationToken);
        await _load.Settled(cancellationToken);

        var bar = progress.AddTask($"{settings.History} finished rides", maxValue: settings.History);
        var last = await system.Fill(
            [.. driven.Select(ride => ride.Id)],
            settings.History,
            copied => bar.Value = copied,
            cancellationToken
        );
        _load.Forget(last);
    }

    /// <summary>Requests rides at a constant rate, and observes the readers of the event log.</summary>
    async Task<LagAtHalfLoad> HalfLoad(
        double ridesPerSecond,
        Queue<string> riders,
        Task[] driving,
        CancellationToken cancellationToken
    )
    {
        var (events, stream, subscriptions) = await new EventLogLag(api, system).Observe(Load, cancellationToken);
        return new LagAtHalfLoad(settings.HalfLoad, ridesPerSecond, events, stream, subscriptions);

        async Task Load()
        {
            await _load.AtPace(
                $"{ridesPerSecond:0.0} rides/s",
                settings.HalfLoad,
                ridesPerSecond,
                riders,
                driving,
                cancellationToken
            );
            await _load.Settled(cancellationToken);
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
}
