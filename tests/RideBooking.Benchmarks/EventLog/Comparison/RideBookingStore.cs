using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Npgsql;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.EventLog.Subscriptions;
using RideBooking.TestKit.EventLog;

namespace RideBooking.Benchmarks.EventLog.Comparison;

/// <summary>
/// RideBooking's event log, without the outbox: an append inserts rows of the log, and the sequencer numbers them as soon as
/// they are committed, as in the host.
/// </summary>
sealed class RideBookingStore : IEventStore
{
    // As a replay in the host.
    const int BatchSize = 5000;
    const int StoredAtOnce = 1200;

    readonly PooledDbContextFactory<Context> _contexts;

    // At most one signal waits, because the sequencer numbers all events that are committed.
    readonly Channel<bool> _commits = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );
    readonly Task _numbering;
    int _generation = 1;
    long _position;

    RideBookingStore(PooledDbContextFactory<Context> contexts)
    {
        _contexts = contexts;
        _numbering = Number();
    }

    public static async Task<RideBookingStore> Create(string connectionString)
    {
        // As the host does.
        var server = new NpgsqlConnectionStringBuilder(connectionString)
        {
            MaxAutoPrepare = 300,
            NoResetOnClose = true,
        };
        var contexts = new PooledDbContextFactory<Context>(
            new DbContextOptionsBuilder<Context>()
                .UseNpgsql(server.ConnectionString)
                .UseSnakeCaseNamingConvention()
                .Options
        );
        await using var db = await contexts.CreateDbContextAsync();
        await db.Database.EnsureCreatedAsync();
        return new RideBookingStore(contexts);
    }

    public string Name => "RideBooking";

    public async Task Append(Guid stream, IReadOnlyList<object> events, CancellationToken cancellationToken)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellationToken);
        foreach (var happened in events)
            db.Add(SyntheticRide.Logged(stream, happened));
        await db.SaveChangesAsync(cancellationToken);
        _commits.Writer.TryWrite(true);
    }

    public async Task AllReadable(CancellationToken cancellationToken)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellationToken);
        await Sequencer.CatchUp(db, cancellationToken);
    }

    public async Task Store(IReadOnlyList<Happened> events, CancellationToken cancellationToken)
    {
        var versions = new Dictionary<Guid, int>();
        foreach (var some in events.Chunk(StoredAtOnce))
        {
            await using var db = await _contexts.CreateDbContextAsync(cancellationToken);
            foreach (var (stream, happened) in some)
            {
                var logged = SyntheticRide.Logged(stream, happened);
                logged.Position = ++_position;
                logged.StreamVersion = versions[stream] = versions.GetValueOrDefault(stream) + 1;
                db.Add(logged);
            }
            await db.SaveChangesAsync(cancellationToken);
            await db.Set<LogHead>()
                .ExecuteUpdateAsync(set => set.SetProperty(head => head.Position, _position), cancellationToken);
        }
    }

    public async Task Analyze(CancellationToken cancellationToken)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellationToken);
        db.Database.SetCommandTimeout(TimeSpan.FromMinutes(10));
        await db.Database.ExecuteSqlRawAsync("VACUUM (ANALYZE)", cancellationToken);
        db.Database.SetCommandTimeout((int?)null);
    }

    public async Task Rebuild(Rebuilt projection, CancellationToken cancellationToken)
    {
        IProjection rebuilt = projection == Rebuilt.RideSummaries ? new RideSummaries() : new CountsOfDrivers();
        var replay = new Replay
        {
            Id = Guid.CreateVersion7(),
            Projection = rebuilt.Name,
            Generation = ++_generation,
            Status = Replay.Running,
            From = 0,
            RatePerSecond = null,
            RequestedBy = "benchmark",
            Reason = "benchmark",
            RequestedAt = DateTimeOffset.UtcNow,
        };
        await using (var db = await _contexts.CreateDbContextAsync(cancellationToken))
        {
            if (!await db.Set<Subscription>().AnyAsync(row => row.Name == rebuilt.Name, cancellationToken))
                db.Add(
                    new Subscription
                    {
                        Name = rebuilt.Name,
                        Generation = 1,
                        IsLive = true,
                    }
                );
            db.Add(replay);
            db.Add(new Subscription { Name = rebuilt.Name, Generation = replay.Generation });
            await db.SaveChangesAsync(cancellationToken);
        }
        await using var reader = new SubscriptionReader(
            rebuilt,
            EventCatalogue.Published,
            "benchmark",
            TimeProvider.System,
            replay
        );
        await With(db => reader.Claim(db, cancellationToken));
        while (await With(db => reader.Read(db, BatchSize, cancellationToken, query => With(query))) == BatchSize) { }
        await With(db => reader.MakeLive(db, cancellationToken));
    }

    public Task<long> CountedBy(Rebuilt projection, CancellationToken cancellationToken) =>
        With(db =>
            projection == Rebuilt.RideSummaries
                ? db.Set<RideSummary>()
                    .Where(row => row.Generation == _generation)
                    .SumAsync(row => (long)row.Events, cancellationToken)
                : db.Set<DriverCounts>()
                    .Where(row => row.Generation == _generation)
                    .SumAsync(
                        row =>
                            (long)row.Offered + row.Declined + row.Assigned + row.Arrived + row.Started + row.Completed,
                        cancellationToken
                    )
        );

    public async Task<FoldedRide> RideAt(Guid ride, int version, CancellationToken cancellationToken)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellationToken);
        var filter = new EventFilter(StreamId: ride.ToString(), UpToVersion: version);
        return FoldedRide.Of(await db.ReadEvents(filter, BatchSize, cancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        _commits.Writer.Complete();
        await _numbering;
    }

    async Task Number()
    {
        await foreach (var _ in _commits.Reader.ReadAllAsync())
        {
            await using var db = await _contexts.CreateDbContextAsync();
            while ((await Sequencer.NumberBatch(db, CancellationToken.None)).Count == Sequencer.BatchSize) { }
        }
    }

    async Task<T> With<T>(Func<Context, Task<T>> use)
    {
        await using var db = await _contexts.CreateDbContextAsync();
        return await use(db);
    }

    sealed class Context(DbContextOptions options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            modelBuilder.AddEventLog();
            modelBuilder.Entity<RideSummary>(row =>
            {
                row.ToTable("ride_summaries");
                row.HasKey(ride => new { ride.Generation, ride.Id });
            });
            modelBuilder.Entity<DriverCounts>(row =>
            {
                row.ToTable("driver_counts");
                row.HasKey(driver => new { driver.Generation, driver.Id });
                row.Ignore(driver => driver.Total);
            });
        }
    }

    sealed class RideSummaries : Projection<RideSummary, Guid>
    {
        public RideSummaries()
            : base(ride => ride.Id)
        {
            On<RideRequested>(e => e.RideId);
            On<DriverOffered>(e => e.RideId);
            On<OfferDeclined>(e => e.RideId);
            On<DriverAssigned>(e => e.RideId);
            On<DriverArrived>(e => e.RideId);
            On<RideStarted>(e => e.RideId);
            On<RideCompleted>(e => e.RideId);
            On<FareFinalized>(e => e.RideId);
            On<PaymentCaptured>(e => e.RideId);
            On<ReceiptIssued>(e => e.RideId);
            On<RideRated>(e => e.RideId);
        }

        void On<T>(Func<T, Guid> ride)
            where T : class => On(ride, e => new RideSummary { Id = ride(e) }, (row, e) => row.Record(e));
    }

    sealed class CountsOfDrivers : Projection<DriverCounts, string>
    {
        public CountsOfDrivers()
            : base(driver => driver.Id)
        {
            On<DriverOffered>(e => e.DriverId);
            On<OfferDeclined>(e => e.DriverId);
            On<DriverAssigned>(e => e.DriverId);
            On<DriverArrived>(e => e.DriverId);
            On<RideStarted>(e => e.DriverId);
            On<RideCompleted>(e => e.DriverId);
        }

        void On<T>(Func<T, string> driver)
            where T : class => On(driver, e => new DriverCounts { Id = driver(e) }, (row, e) => row.Record(e));
    }
}
