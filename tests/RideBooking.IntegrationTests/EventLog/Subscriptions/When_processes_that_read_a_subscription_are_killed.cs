using Microsoft.EntityFrameworkCore;
using RideBooking.EventLog.Subscriptions;
using RideBooking.IntegrationTests.Benchmarks;
using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.TestKit.EventLog;
using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.EventLog.Subscriptions;

/// <summary>Kills (SIGKILL) the process that reads, as long as events are appended and at least twice.</summary>
public sealed class When_processes_that_read_a_subscription_are_killed(Servers servers)
{
    const int Processes = 3;
    const int MinKills = 2;
    const int MaxEventsBetweenKills = 300;

    // After a long run the readers may be far behind.
    static readonly TimeSpan s_catchUpTimeout = TimeSpan.FromMinutes(30);

    readonly Dictionary<string, SupervisedProcess> _processes = [];
    string _database = "";

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_event_takes_effect_once_and_in_order()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        _database = await servers.CreateDatabaseAsync(DatabaseProviders.Postgres);
        await using (var db = await Open())
            await db.Database.EnsureCreatedAsync(Stop);
        try
        {
            for (var n = 0; n < Processes; n++)
                StartProcess();
            var run = new SubscriptionRun(Open, seed);
            var writing = run.Write(Stop);
            var kills = await Kill(new Random(seed), run, writing);
            var written = await writing;
            await WaitFor.TrueAsync("the last event to be read", () => run.HasReadAll(Stop), s_catchUpTimeout);

            await run.Check(written, Stop);
            TestContext.Current.SendDiagnosticMessage($"{written} events, {kills} kills");
        }
        finally
        {
            foreach (var process in _processes.Values)
                await process.DisposeAsync();
        }
    }

    async Task<int> Kill(Random random, SubscriptionRun run, Task writing)
    {
        var kills = 0;
        for (var position = 0L; kills < MinKills || !writing.IsCompleted; kills++)
        {
            var next = position + random.Next(MaxEventsBetweenKills);
            Subscription? reading = null;
            await WaitFor.TrueAsync(
                "a process to read on",
                async () =>
                {
                    reading = await Reading();
                    return reading is not null
                        && _processes.ContainsKey(reading.Owner!)
                        && (reading.Position > next || writing.IsCompleted && await run.HasReadAll(Stop));
                },
                WaitFor.Limit
            );
            _processes.Remove(reading!.Owner!, out var killed);
            await killed!.EndAsync("KILL");
            await killed.DisposeAsync();
            StartProcess();
            position = reading.Position;
        }
        return kills;
    }

    async Task<Subscription?> Reading()
    {
        await using var db = await Open();
        return await db.Set<Subscription>().AsNoTracking().SingleOrDefaultAsync(row => row.Owner != null, Stop);
    }

    void StartProcess()
    {
        var owner = $"{Guid.CreateVersion7()}";
        _processes.Add(
            owner,
            SupervisedProcess.Start(
                ["dotnet", When_the_benchmark_runs.Assembly(), "read-subscription", _database, owner],
                [KeyValuePair.Create("HOME", Path.GetTempPath())],
                lastSignal: "KILL"
            )
        );
    }

    Task<SubscriptionsContext> Open() =>
        Task.FromResult(
            new SubscriptionsContext(
                new DbContextOptionsBuilder<SubscriptionsContext>()
                    .UseNpgsql(_database)
                    .UseSnakeCaseNamingConvention()
                    .Options
            )
        );
}
