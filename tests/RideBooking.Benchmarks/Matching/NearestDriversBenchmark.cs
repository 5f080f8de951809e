using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Contracts;
using RideBooking.Host;
using RideBooking.Matching;
using RideBooking.Platform.Persistence;
using RideBooking.Positions;
using RideBooking.TestKit.Servers;
using Spectre.Console;

namespace RideBooking.Benchmarks.Matching;

/// <summary>Measures the query with which Matching finds the nearest drivers, in a city full of drivers.</summary>
/// <remarks>
/// Drivers and pickups are spread around the centre of Berlin by a normal distribution (standard deviation 8 km), so a search in
/// the centre has about 250 drivers in a square kilometre around it, and one in a suburb has a few. Every tenth driver has a ride.
/// </remarks>
static class NearestDriversBenchmark
{
    const double Lat = 52.52;
    const double Lng = 13.405;
    const double SpreadMeters = 8_000;
    const double MetersPerDegree = 111_195;
    const int AtOnce = 5_000;
    const int WarmUp = 500;
    const int MaxSpeed = 70;
    const int MaxJump = 20_000;

    public static async Task<int> Run(
        Database database,
        int drivers,
        int searches,
        int reportsPerSecond,
        int seed,
        CancellationToken cancellationToken
    )
    {
        var folder = Directory.CreateTempSubdirectory("ridebooking-nearest-");
        await using var server = database == Database.Postgres ? await PostgresServer.FindOrStartAsync() : null;
        try
        {
            await using var services = Services(
                database,
                server is null
                    ? $"Data Source={Path.Combine(folder.FullName, "drivers.db")}"
                    : await server.CreateDatabaseAsync()
            );
            var chance = new Random(seed);
            await Fill(services, drivers, chance, cancellationToken);
            await Measure(services, WarmUp, chance, cancellationToken);

            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var reporting = Report(services, drivers, reportsPerSecond, new Random(seed + 1), stop.Token);
            var (latency, found) = await Measure(services, searches, chance, cancellationToken);
            await stop.CancelAsync();
            var reported = await reporting;

            AnsiConsole.Write(
                new Table { Border = TableBorder.Rounded }
                    .Title(
                        $"{searches} searches among {drivers} drivers on {database}, {reported} location reports beside them"
                    )
                    .AddColumn(new TableColumn("p50 ms").RightAligned())
                    .AddColumn(new TableColumn("p95 ms").RightAligned())
                    .AddColumn(new TableColumn("p99 ms").RightAligned())
                    .AddColumn(new TableColumn("max ms").RightAligned())
                    .AddColumn(new TableColumn("drivers found, on average").RightAligned())
                    .AddRow(
                        $"{latency.P50:0.00}",
                        $"{latency.P95:0.00}",
                        $"{latency.P99:0.00}",
                        $"{latency.Max:0.00}",
                        $"{found:0.0}"
                    )
            );
            return 0;
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            folder.Delete(recursive: true);
        }
    }

    static ServiceProvider Services(Database database, string connectionString)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                new Dictionary<string, string?>
                {
                    ["Database:Provider"] = $"{database}",
                    ["ConnectionStrings:RideBooking"] = connectionString,
                    // The drivers are put on duty before the first search.
                    ["Matching:MaxPositionAge"] = "01:00:00",
                }
            )
            .Build();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(TimeProvider.System);
        foreach (var module in Modules.All)
            services.AddSingleton(module);
        services.AddPersistence(configuration);
        services.AddSingleton(MatchingOptions.Read(configuration));
        services.AddScoped<NearbyDrivers>();
        return services.BuildServiceProvider();
    }

    static async Task Fill(ServiceProvider services, int drivers, Random chance, CancellationToken cancellationToken)
    {
        await In(services, scope => DatabaseOf(scope).EnsureCreatedAsync(cancellationToken));
        for (var first = 0; first < drivers; first += AtOnce)
            await In(
                services,
                scope =>
                {
                    var db = scope.GetRequiredService<AppDbContext>();
                    var now = DateTimeOffset.UtcNow;
                    for (var number = first; number < Math.Min(drivers, first + AtOnce); number++)
                    {
                        var place = Somewhere(chance);
                        db.Add(
                            new DriverPosition
                            {
                                DriverId = Driver(number),
                                Lat = place.Lat,
                                Lng = place.Lng,
                                Cell = GeoCells.Of(place.Lat, place.Lng),
                                At = now,
                            }
                        );
                        db.Add(
                            new Candidate
                            {
                                DriverId = Driver(number),
                                ShiftId = Guid.CreateVersion7(now),
                                Online = true,
                                Name = "Max",
                                Vehicle = new Vehicle(VehicleClass.Standard, "B-RB 2026", "VW ID.4"),
                                IdleSince = now.AddSeconds(-chance.Next(3_600)),
                                ReservedRideId = number % 10 == 0 ? Guid.CreateVersion7() : null,
                            }
                        );
                    }
                    return db.SaveChangesAsync(cancellationToken);
                }
            );
        await In(
            services,
            scope =>
                DatabaseOf(scope)
                    .ExecuteSqlRawAsync(
                        DatabaseOf(scope).IsNpgsql() ? "VACUUM (ANALYZE)" : "PRAGMA optimize",
                        cancellationToken
                    )
        );
    }

    /// <summary>Searches for drivers one after the other, each in a scope of its own as a consumer does.</summary>
    static async Task<(Latency Latency, double Found)> Measure(
        ServiceProvider services,
        int searches,
        Random chance,
        CancellationToken cancellationToken
    )
    {
        var times = new List<TimeSpan>(searches);
        var found = 0L;
        for (var number = 0; number < searches; number++)
        {
            var search = new Search
            {
                RideId = Guid.CreateVersion7(),
                RiderId = "rider",
                RequestedAt = DateTimeOffset.UtcNow,
                Pickup = Somewhere(chance),
            };
            await In(
                services,
                async scope =>
                {
                    var nearby = scope.GetRequiredService<NearbyDrivers>();
                    var began = Stopwatch.GetTimestamp();
                    var near = await nearby.Find(search, enough: 1, cancellationToken);
                    times.Add(Stopwatch.GetElapsedTime(began));
                    found += near.Drivers.Count;
                    return near;
                }
            );
        }
        return (Latency.Of(times), (double)found / Math.Max(1, searches));
    }

    /// <summary>Reports locations at a constant rate until cancelled. Returns their number.</summary>
    static async Task<int> Report(
        ServiceProvider services,
        int drivers,
        int perSecond,
        Random chance,
        CancellationToken cancellationToken
    )
    {
        var sent = 0;
        if (perSecond == 0)
            return sent;
        var (began, rules) = (Stopwatch.GetTimestamp(), new PositionRules(MaxSpeed, MaxJump));
        try
        {
            for (; ; sent++)
            {
                var due = TimeSpan.FromSeconds((double)sent / perSecond) - Stopwatch.GetElapsedTime(began);
                if (due > TimeSpan.Zero)
                    await Task.Delay(due, cancellationToken);
                await In(
                    services,
                    async scope =>
                    {
                        var db = scope.GetRequiredService<AppDbContext>();
                        var driverId = Driver(chance.Next(drivers));
                        var known = await db.Set<DriverPosition>()
                            .AsNoTracking()
                            .SingleAsync(position => position.DriverId == driverId, cancellationToken);
                        return await db.RecordPosition(
                            new DriverPosition
                            {
                                DriverId = driverId,
                                // 40 m on, as in five seconds at 29 km/h.
                                Lat = known.Lat + 40 / MetersPerDegree,
                                Lng = known.Lng,
                                Sequence = known.Sequence + 1,
                                At = DateTimeOffset.UtcNow,
                            },
                            rules,
                            cancellationToken
                        );
                    }
                );
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return sent;
        }
    }

    static string Driver(int number) => $"driver-{number:000000}";

    static Place Somewhere(Random chance)
    {
        var distance = SpreadMeters * Math.Sqrt(-2 * Math.Log(1 - chance.NextDouble()));
        var angle = chance.NextDouble() * Math.Tau;
        return new Place(
            Lat + distance * Math.Sin(angle) / MetersPerDegree,
            Lng + distance * Math.Cos(angle) / MetersPerDegree / Math.Cos(double.DegreesToRadians(Lat))
        );
    }

    static Microsoft.EntityFrameworkCore.Infrastructure.DatabaseFacade DatabaseOf(IServiceProvider scope) =>
        scope.GetRequiredService<AppDbContext>().Database;

    static async Task<T> In<T>(ServiceProvider services, Func<IServiceProvider, Task<T>> use)
    {
        await using var scope = services.CreateAsyncScope();
        return await use(scope.ServiceProvider);
    }
}
