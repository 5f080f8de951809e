using JasperFx.Events;
using JasperFx.Events.Projections;
using Marten;
using Marten.Events.Aggregation;
using Marten.Events.Projections;
using Npgsql;
using RideBooking.Contracts;
using RideBooking.TestKit.EventLog;
using Weasel.Core;

namespace RideBooking.Benchmarks.EventLog.Comparison;

/// <summary>Marten, tuned as its page "Optimizing for Performance and Scalability" says.</summary>
sealed class MartenStore(string connectionString) : IEventStore
{
    // As many events in one transaction when the store is filled.
    const int StoredAtOnce = 1200;

    readonly DocumentStore _store = DocumentStore.For(options =>
    {
        options.Connection(connectionString);
        options.DisableNpgsqlLogging = true;
        options.UseSystemTextJsonForSerialization(EnumStorage.AsString, Casing.CamelCase);
        options.Events.UseArchivedStreamPartitioning = true;
        options.Events.AppendMode = EventAppendMode.Quick;
        options.Events.UseIdentityMapForAggregates = true;
        options.Events.UseOptimizedProjectionRebuilds = true;
        options.Projections.Add(new RideSummaries(), ProjectionLifecycle.Async);
        options.Projections.Add(new CountsOfDrivers(), ProjectionLifecycle.Async);
        options.Projections.Add(new RidesAtVersion(), ProjectionLifecycle.Live);
    });

    public string Name => "Marten";

    public async Task Append(Guid stream, IReadOnlyList<object> events, CancellationToken cancellationToken)
    {
        await using var session = _store.LightweightSession();
        session.Events.Append(stream, events);
        await session.SaveChangesAsync(cancellationToken);
    }

    // A committed event has its sequence already.
    public Task AllReadable(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task Store(IReadOnlyList<Happened> events, CancellationToken cancellationToken)
    {
        foreach (var some in events.Chunk(StoredAtOnce))
        {
            await using var session = _store.LightweightSession();
            foreach (var stream in some.GroupBy(happened => happened.Stream))
                session.Events.Append(stream.Key, stream.Select(happened => happened.Event));
            await session.SaveChangesAsync(cancellationToken);
        }
    }

    public async Task Analyze(CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand("VACUUM (ANALYZE)", connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task Rebuild(Rebuilt projection, CancellationToken cancellationToken)
    {
        using var daemon = await _store.BuildProjectionDaemonAsync();
        var timeout = TimeSpan.FromMinutes(10);
        if (projection == Rebuilt.RideSummaries)
            await daemon.RebuildProjectionAsync<RideSummaries>(timeout, cancellationToken);
        else
            await daemon.RebuildProjectionAsync<CountsOfDrivers>(timeout, cancellationToken);
    }

    public async Task<long> CountedBy(Rebuilt projection, CancellationToken cancellationToken)
    {
        await using var session = _store.QuerySession();
        if (projection == Rebuilt.RideSummaries)
            return (await session.Query<RideSummary>().ToListAsync(cancellationToken)).Sum(row => (long)row.Events);
        return (await session.Query<DriverCounts>().ToListAsync(cancellationToken)).Sum(row => (long)row.Total);
    }

    public async Task<FoldedRide> RideAt(Guid ride, int version, CancellationToken cancellationToken)
    {
        await using var session = _store.LightweightSession();
        var at = await session.Events.AggregateStreamAsync<RideAtVersion>(ride, version, token: cancellationToken);
        return at!.State;
    }

    public async ValueTask DisposeAsync() => await _store.DisposeAsync();

    sealed class RideSummaries : SingleStreamProjection<RideSummary, Guid>
    {
        public RideSummaries() => Options.BatchSize = 5000;

        public override RideSummary Evolve(RideSummary? snapshot, Guid id, IEvent e)
        {
            snapshot ??= new RideSummary { Id = id };
            snapshot.Record(e.Data);
            return snapshot;
        }
    }

    sealed class CountsOfDrivers : MultiStreamProjection<DriverCounts, string>
    {
        public CountsOfDrivers()
        {
            Identity<DriverOffered>(e => e.DriverId);
            Identity<OfferDeclined>(e => e.DriverId);
            Identity<DriverAssigned>(e => e.DriverId);
            Identity<DriverArrived>(e => e.DriverId);
            Identity<RideStarted>(e => e.DriverId);
            Identity<RideCompleted>(e => e.DriverId);
            Options.CacheLimitPerTenant = 1000;
            Options.BatchSize = 5000;
        }

        public override DriverCounts Evolve(DriverCounts? snapshot, string id, IEvent e)
        {
            snapshot ??= new DriverCounts { Id = id };
            snapshot.Record(e.Data);
            return snapshot;
        }
    }

    sealed class RidesAtVersion : SingleStreamProjection<RideAtVersion, Guid>
    {
        public override RideAtVersion Evolve(RideAtVersion? snapshot, Guid id, IEvent e)
        {
            snapshot ??= new RideAtVersion { Id = id };
            snapshot.State.Apply(e.Data);
            return snapshot;
        }
    }
}
