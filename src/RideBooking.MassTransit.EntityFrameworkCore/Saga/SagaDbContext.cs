using Microsoft.EntityFrameworkCore;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>A context that consists of saga maps.</summary>
public abstract class SagaDbContext : DbContext
{
    /// <summary>Creates a context with these options.</summary>
    protected SagaDbContext(DbContextOptions options)
        : base(options) { }

    /// <summary>The maps of the sagas that this context stores.</summary>
    protected abstract IEnumerable<ISagaClassMap> Configurations { get; }

    /// <inheritdoc />
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);

        foreach (var map in Configurations)
            map.Configure(modelBuilder);
    }
}
