using MassTransit;
using MassTransit.EntityFrameworkCoreIntegration;
using MassTransit.EntityFrameworkCoreIntegration.Saga;
using Microsoft.EntityFrameworkCore;
using RideBooking.IntegrationTests.Infrastructure;

namespace RideBooking.MassTransitOnEntityFramework;

/// <summary>Maps the system column xmin as concurrency token, as MassTransit's documentation does.</summary>
public sealed class When_a_saga_has_the_row_version_of_PostgreSQL
{
    public static TheoryData<string> Databases => DatabaseProviders.Servers;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Databases))]
    public async Task It_is_locked_and_changed(string database)
    {
        Assert.SkipUnless(database == DatabaseProviders.Postgres, "Only PostgreSQL has xmin.");
        await using var servers = await ConformanceServers.StartAsync(database);
        var options = new DbContextOptionsBuilder<Office>();
        servers.UseDatabase(options);
        await using var office = new Office(options.Options);
        await office.Database.EnsureCreatedAsync(Stop);
        var id = Guid.CreateVersion7();
        office.Add(new Parcel { CorrelationId = id, Status = "InTransit" });
        await office.SaveChangesAsync(Stop);
        office.ChangeTracker.Clear();
        await using var transaction = await office.Database.BeginTransactionAsync(Stop);
        var executor = new PessimisticLoadQueryExecutor<Parcel>(new PostgresLockStatementProvider(), null);

        var parcel = (await executor.Load(office, id, Stop)).ShouldNotBeNull();
        parcel.Scans++;
        await office.SaveChangesAsync(Stop);
        await transaction.CommitAsync(Stop);

        (await office.Set<Parcel>().AsNoTracking().SingleAsync(Stop)).Scans.ShouldBe(1);
    }

    sealed class Office(DbContextOptions options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            new ParcelMap().Configure(modelBuilder);
            var parcel = modelBuilder.Entity<Parcel>();
            parcel.Ignore(saga => saga.Version);
            parcel.Property<uint>("RowVersion").IsRowVersion();
        }
    }
}
