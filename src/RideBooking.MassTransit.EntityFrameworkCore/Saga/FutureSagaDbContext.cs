using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>A context with the state of futures, for pessimistic concurrency.</summary>
public class FutureSagaDbContext : SagaDbContext
{
    /// <summary>Creates a context with these options.</summary>
    public FutureSagaDbContext(DbContextOptions<FutureSagaDbContext> options)
        : base(options) { }

    /// <summary>Creates a derived context with these options.</summary>
    protected FutureSagaDbContext(DbContextOptions options)
        : base(options) { }

    /// <inheritdoc />
    protected override IEnumerable<ISagaClassMap> Configurations => [new FutureStateMap(false)];
}

/// <summary>A context with the state of futures, for optimistic concurrency.</summary>
public class OptimisticFutureSagaDbContext(DbContextOptions<OptimisticFutureSagaDbContext> options)
    : FutureSagaDbContext(options)
{
    /// <inheritdoc />
    protected override IEnumerable<ISagaClassMap> Configurations => [new FutureStateMap(true)];
}

/// <summary>Maps the state of a future.</summary>
/// <param name="optimistic">Whether its version is a concurrency token.</param>
public class FutureStateMap(bool optimistic) : SagaClassMap<FutureState>
{
    /// <inheritdoc />
    protected override void Configure(EntityTypeBuilder<FutureState> entity, ModelBuilder model)
    {
        ArgumentNullException.ThrowIfNull(entity);

        VersionToken.Configure(entity, optimistic);
        entity.Property(future => future.Command).HasJsonConversion();
        entity.Property(future => future.Pending).HasJsonConversion();
        entity.Property(future => future.Subscriptions).HasJsonConversion();
        entity.Property(future => future.Variables).HasJsonConversion();
        entity.Property(future => future.Results).HasJsonConversion();
        entity.Property(future => future.Faults).HasJsonConversion();
    }
}

/// <summary>
/// Configures the concurrency token of MassTransit's own sagas: the version that the repository increments, on every
/// database.
/// </summary>
/// <remarks>A row version works as a token only on SQL Server, so it is not mapped.</remarks>
static class VersionToken
{
    public static void Configure<TSaga>(EntityTypeBuilder<TSaga> entity, bool optimistic)
        where TSaga : class, ISagaVersion
    {
        entity.Ignore("RowVersion");
        if (optimistic)
            entity.Property(saga => saga.Version).IsConcurrencyToken();
        else
            entity.Ignore(saga => saga.Version);
    }
}
