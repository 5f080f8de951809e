using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>Creates contexts that are composed from the maps of the sagas registered with it.</summary>
sealed class ComposedSagaRepository(Action<DbContextOptionsBuilder> configure) : IEntityFrameworkSagaRepository
{
    readonly ConcurrentDictionary<Type, ISagaClassMap> _maps = new();
    readonly Lazy<DbContextOptions> _options = new(() =>
    {
        var builder = new DbContextOptionsBuilder<ComposedSagaDbContext>();
        configure(builder);
        builder.ReplaceService<IModelCacheKeyFactory, SagaMapsModelCacheKeyFactory>();
        return builder.Options;
    });

    public void AddSagaClassMap<TSaga>(ISagaClassMap<TSaga> sagaClassMap)
        where TSaga : class, ISaga => _maps[typeof(TSaga)] = sagaClassMap;

    public DbContext GetDbContext() => new ComposedSagaDbContext(_options.Value, [.. _maps.Values]);
}

sealed class ComposedSagaDbContext(DbContextOptions options, IReadOnlyList<ISagaClassMap> maps) : SagaDbContext(options)
{
    public IReadOnlyList<ISagaClassMap> Maps => maps;

    protected override IEnumerable<ISagaClassMap> Configurations => maps;
}

/// <summary>
/// Makes the model cache key depend on the maps, because EF Core otherwise keeps one model per context type.
/// </summary>
sealed class SagaMapsModelCacheKeyFactory : IModelCacheKeyFactory
{
    public object Create(DbContext context, bool designTime) =>
        context is ComposedSagaDbContext composed
            ? (
                composed.GetType(),
                designTime,
                string.Join(
                    ';',
                    composed
                        .Maps.Select(map => map.GetType().FullName + map.SagaType.FullName)
                        .Order(StringComparer.Ordinal)
                )
            )
            : (context.GetType(), designTime);
}

sealed class DelegateSagaClassMap<TSaga>(Action<EntityTypeBuilder<TSaga>>? configure) : SagaClassMap<TSaga>
    where TSaga : class, ISaga
{
    protected override void Configure(EntityTypeBuilder<TSaga> entity, ModelBuilder model) => configure?.Invoke(entity);
}
