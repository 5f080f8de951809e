using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.EventLog;
using RideBooking.EventLog.Subscriptions;
using RideBooking.Host;
using RideBooking.Platform.Persistence;
using RideBooking.TestKit.Servers;
using Spectre.Console;

namespace RideBooking.Benchmarks.EventLog;

/// <summary>Measures how fast each projection is computed from a log of synthetic rides, on PostgreSQL.</summary>
static class ReplayBenchmark
{
    // As in the host: live, and in a replay.
    const int LiveBatchSize = 500;
    const int ReplayBatchSize = 5000;
    const int AtOnce = 200;

    static readonly DateTimeOffset s_start = new(2026, 1, 10, 10, 0, 0, TimeSpan.Zero);

    public static async Task<int> Run(int rides, CancellationToken cancellationToken)
    {
        await using var server = await PostgresServer.FindOrStartAsync();
        await using var services = Services(await server.CreateMigratedDatabaseAsync());
        var events = await Append(services, rides, cancellationToken);

        var table = new Table { Border = TableBorder.Rounded }
            .Title($"{events} events of {rides} rides")
            .AddColumn("projection")
            .AddColumn(new TableColumn("events read").RightAligned())
            .AddColumn(new TableColumn("rows").RightAligned())
            .AddColumn(new TableColumn("events/s into empty tables").RightAligned())
            .AddColumn(new TableColumn("events/s").RightAligned())
            .AddColumn(new TableColumn("events/s of the log").RightAligned());
        foreach (var projection in services.GetServices<IProjection>())
        {
            // As in a running system: the rows so far, and the planner's statistics about them.
            var began = Stopwatch.GetTimestamp();
            var first = await Read(services, projection, null, cancellationToken);
            var firstSeconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
            await In(services, db => db.Database.ExecuteSqlRawAsync("VACUUM (ANALYZE)", cancellationToken));
            var replay = await Request(services, projection, cancellationToken);
            began = Stopwatch.GetTimestamp();
            var read = await Read(services, projection, replay, cancellationToken);
            var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
            table.AddRow(
                projection.Name,
                $"{read}",
                $"{await In(services, db => Rows(db, projection.Name, cancellationToken)) / 2}",
                $"{first / firstSeconds:0}",
                $"{read / seconds:0}",
                $"{events / seconds:0}"
            );
        }
        AnsiConsole.Write(table);
        return 0;
    }

    /// <returns>The number of events that the projection has read.</returns>
    static async Task<long> Read(
        ServiceProvider services,
        IProjection projection,
        Replay? replay,
        CancellationToken cancellationToken
    )
    {
        await using var reader = new SubscriptionReader(
            projection,
            EventCatalogue.Published,
            "benchmark",
            TimeProvider.System,
            replay
        );
        await In(services, db => reader.Claim(db, cancellationToken));
        var batchSize = replay is null ? LiveBatchSize : ReplayBatchSize;
        var read = 0L;
        int count;
        do read += count = await In(
            services,
            db => reader.Read(db, batchSize, cancellationToken, query => In(services, query))
        );
        while (count == batchSize);
        return read;
    }

    static async Task<Replay> Request(
        ServiceProvider services,
        IProjection projection,
        CancellationToken cancellationToken
    )
    {
        var replay = new Replay
        {
            Id = Guid.CreateVersion7(),
            Projection = projection.Name,
            Generation = 2,
            Status = Replay.Running,
            From = 0,
            RatePerSecond = null,
            RequestedBy = "benchmark",
            Reason = "benchmark",
            RequestedAt = DateTimeOffset.UtcNow,
        };
        await In(
            services,
            db =>
            {
                db.Add(replay);
                db.Add(new Subscription { Name = projection.Name, Generation = replay.Generation });
                return db.SaveChangesAsync(cancellationToken);
            }
        );
        return replay;
    }

    static ServiceProvider Services(string connectionString)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                new Dictionary<string, string?>
                {
                    ["Database:Provider"] = "Postgres",
                    ["ConnectionStrings:RideBooking"] = connectionString,
                }
            )
            .Build();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(TimeProvider.System);
        foreach (var module in Modules.All)
            services.AddSingleton(module);
        services.AddPersistence(configuration);
        foreach (var module in Modules.All.Where(module => module.Name is "analytics" or "notifications"))
            module.AddServices(services, configuration);
        return services.BuildServiceProvider();
    }

    /// <returns>The number of events.</returns>
    static async Task<long> Append(ServiceProvider services, int rides, CancellationToken cancellationToken)
    {
        long position = 0;
        for (var first = 0; first < rides; first += AtOnce)
        {
            // Rides overlap: each event is followed by those of the other rides.
            var streams = Enumerable
                .Range(first, Math.Min(AtOnce, rides - first))
                .Select(number =>
                {
                    var ride = Guid.CreateVersion7();
                    return SyntheticRide
                        .Events(ride, s_start.AddSeconds(number))
                        .Select(happened => SyntheticRide.Logged(ride, happened))
                        .ToList();
                })
                .ToList();
            for (var version = 1; version <= streams.Max(stream => stream.Count); version++)
                foreach (var stream in streams.Where(stream => stream.Count >= version))
                    (stream[version - 1].StreamVersion, stream[version - 1].Position) = (version, ++position);
            await In(
                services,
                async db =>
                {
                    db.AddRange(streams.SelectMany(stream => stream).OrderBy(row => row.Position));
                    await db.SaveChangesAsync(cancellationToken);
                    return await db.Set<LogHead>()
                        .ExecuteUpdateAsync(set => set.SetProperty(head => head.Position, position), cancellationToken);
                }
            );
        }
        await In(services, db => db.Database.ExecuteSqlRawAsync("VACUUM (ANALYZE)", cancellationToken));
        return position;
    }

    static Task<int> Rows(AppDbContext db, string projection, CancellationToken cancellationToken) =>
        db
            .Database.SqlQueryRaw<int>(
                projection switch
                {
                    "ride-facts" => "SELECT count(*)::int AS \"Value\" FROM analytics.ride_facts",
                    "offer-facts" => "SELECT count(*)::int AS \"Value\" FROM analytics.offer_facts",
                    _ => "SELECT count(*)::int AS \"Value\" FROM notifications.notifications",
                }
            )
            .SingleAsync(cancellationToken);

    static async Task<T> In<T>(ServiceProvider services, Func<AppDbContext, Task<T>> use)
    {
        await using var scope = services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<AppDbContext>());
    }
}
