using System.Diagnostics;
using System.Globalization;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;

namespace RideBooking.Benchmarks.Saga;

/// <summary>
/// Measures the minimal ride saga in one run: broker and bus without work, commits of the database, the saga without a
/// database, and the saga with state, inbox and outbox. Each is warmed up first; the last is reported as shares of the others.
/// </summary>
static class SagaBenchmark
{
    const int MessagesPerRide = 11;
    static readonly TimeSpan s_stall = TimeSpan.FromMinutes(2);

    public static async Task<int> Run(
        Transport transport,
        Database database,
        int rides,
        int inFlight,
        int oneByOne,
        int warmUp,
        CancellationToken cancellationToken
    )
    {
        await using var servers = await SagaServers.Start(transport, database);
        var (commits, idle) = await Limits.Measure(servers, WriteProgress, cancellationToken);

        await servers.Renew();
        var without = await Measure(
            "without a database",
            servers,
            null,
            rides,
            inFlight,
            oneByOne,
            warmUp,
            cancellationToken
        );
        await servers.Renew();
        var with = await Measure(
            $"{database}",
            servers,
            database,
            rides,
            inFlight,
            oneByOne,
            warmUp,
            cancellationToken
        );

        var table = new Table { Border = TableBorder.Rounded }
            .Title($"{rides} rides of the minimal saga, {inFlight} in flight, after {warmUp}")
            .AddColumn("")
            .AddColumn(new TableColumn($"{transport}, no database").RightAligned())
            .AddColumn(new TableColumn($"{transport}, {database}, inbox, outbox").RightAligned());
        Row("rides per second", result => Text(result.RidesPerSecond));
        Row("as a share", result => $"{result.RidesPerSecond / without.RidesPerSecond:P0}");
        Row("one ride alone: p50, ms", result => Text(result.Alone.P50, "0.0"));
        Row("one ride alone: p99, ms", result => Text(result.Alone.P99, "0.0"));
        Row("under load: p50, ms", result => Text(result.UnderLoad.P50));
        Row("under load: p99, ms", result => Text(result.UnderLoad.P99));
        Row("transactions per ride", result => Text(result.Transactions, "0.00"));
        Row("CPU per ride: .NET, ms", result => Text(result.Cpu.GetValueOrDefault("driver"), "0.00"));
        Row("CPU per ride: broker, ms", result => Text(result.Cpu.GetValueOrDefault("rabbitmq"), "0.00"));
        Row("CPU per ride: database, ms", result => Text(result.Cpu.GetValueOrDefault("postgres"), "0.00"));
        Row(
            "memory of .NET before and after, MB",
            result => $"{Text(result.Memory.Before)} / {Text(result.Memory.After)}"
        );
        AnsiConsole.Write(table);
        if (commits is { } most)
            AnsiConsole.MarkupLineInterpolated(
                $"The database alone commits {most:0} rows a second, one in each transaction."
            );
        AnsiConsole.MarkupLineInterpolated(
            $"Broker and bus carry {idle:0} messages a second to a consumer that does nothing; the saga's rides are {with.RidesPerSecond * MessagesPerRide:0} a second, {with.RidesPerSecond * MessagesPerRide / idle:P0} of it."
        );
        foreach (var breach in with.Breaches.Concat(without.Breaches))
            await System.Console.Error.WriteLineAsync(breach);
        return with.Breaches.Count + without.Breaches.Count == 0 ? 0 : 1;

        void Row(string name, Func<Result, string> select) => table.AddRow(name, select(without), select(with));
    }

    static async Task<Result> Measure(
        string name,
        SagaServers servers,
        Database? database,
        int rides,
        int inFlight,
        int oneByOne,
        int warmUp,
        CancellationToken cancellationToken
    )
    {
        using var host = await SagaHost.Start(servers, database, cancellationToken);
        try
        {
            var bus = host.Services.GetRequiredService<IBus>();
            var riders = host.Services.GetRequiredService<Riders>();
            await Ride($"{name}: warm up", bus, riders, warmUp, inFlight, cancellationToken);
            await Settled(host.Services, database, cancellationToken);
            var alone = await Ride($"{name}: one at a time", bus, riders, oneByOne, 1, cancellationToken);
            await Settled(host.Services, database, cancellationToken);

            var (transactions, processors) = (await servers.Transactions(), ProcessUse.Processor(0));
            var memory = ProcessUse.Memory(0);
            var started = Stopwatch.GetTimestamp();
            var loaded = await Ride($"{name}: {inFlight} in flight", bus, riders, rides, inFlight, cancellationToken);
            var elapsed = Stopwatch.GetElapsedTime(started);
            await Settled(host.Services, database, cancellationToken);
            var (after, memoryAfter) = (ProcessUse.Processor(0), ProcessUse.Memory(0));
            var written = await servers.Transactions() - transactions;

            var all = warmUp + oneByOne + rides;
            List<string> breaches =
            [
                .. riders
                    .Payments.Where(ride => ride.Value != 1)
                    .Select(ride => $"{name}: ride {ride.Key} was paid {ride.Value} times."),
            ];
            if (riders.Payments.Count != all)
                breaches.Add($"{name}: {riders.Payments.Count} of {all} rides were paid.");
            return new Result(
                rides / elapsed.TotalSeconds,
                Latency.Of(alone),
                Latency.Of(loaded),
                (written ?? 0) / (double)rides,
                after.ToDictionary(
                    process => process.Key,
                    process => (process.Value - processors.GetValueOrDefault(process.Key)) / rides
                ),
                (memory.GetValueOrDefault("driver"), memoryAfter.GetValueOrDefault("driver")),
                breaches
            );
        }
        finally
        {
            await host.StopAsync(CancellationToken.None);
        }
    }

    static async Task<IReadOnlyList<TimeSpan>> Ride(
        string name,
        IBus bus,
        Riders riders,
        int rides,
        int inFlight,
        CancellationToken cancellationToken
    )
    {
        var times = new List<TimeSpan>(rides);
        var (left, lastSaid) = (rides, Stopwatch.GetTimestamp());
        await Task.WhenAll(
            Enumerable
                .Range(0, Math.Min(inFlight, rides))
                .Select(async _ =>
                {
                    while (Interlocked.Decrement(ref left) >= 0)
                    {
                        var ride = NewId.NextGuid();
                        var started = Stopwatch.GetTimestamp();
                        var closed = riders.Wait(ride);
                        await bus.Publish(new RequestRide(ride), cancellationToken);
                        await closed.WaitAsync(s_stall, cancellationToken);
                        lock (times)
                        {
                            times.Add(Stopwatch.GetElapsedTime(started));
                            if (Stopwatch.GetElapsedTime(lastSaid) > TimeSpan.FromSeconds(5))
                            {
                                lastSaid = Stopwatch.GetTimestamp();
                                WriteProgress($"{name}: {times.Count} of {rides}");
                            }
                        }
                    }
                })
        );
        WriteProgress($"{name}: {rides} rides");
        return times;
    }

    /// <summary>Waits until the receipts have arrived and, with a database, the outbox is empty.</summary>
    static async Task Settled(IServiceProvider services, Database? database, CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(300), cancellationToken);
        while (database is not null)
        {
            await using var scope = services.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<RideSagaContext>();
            if (!await db.Set<MassTransit.EntityFrameworkCoreIntegration.OutboxMessage>().AnyAsync(cancellationToken))
                return;
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
        }
    }

    static void WriteProgress(string what) => AnsiConsole.MarkupLineInterpolated($"[grey]{what}[/]");

    static string Text(double value, string format = "0") => value.ToString(format, CultureInfo.InvariantCulture);

    sealed record Result(
        double RidesPerSecond,
        Latency Alone,
        Latency UnderLoad,
        double Transactions,
        IReadOnlyDictionary<string, double> Cpu,
        (double Before, double After) Memory,
        IReadOnlyList<string> Breaches
    );
}
