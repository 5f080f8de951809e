using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace MassTransit;

/// <summary>Maps a saga to a table whose key is the correlation id.</summary>
/// <remarks>
/// A saga that implements <see cref="ISagaVersion" /> uses its version as concurrency token. Any other <c>int</c> or
/// <c>long</c> property can be configured as one in <see cref="Configure(EntityTypeBuilder{TSaga}, ModelBuilder)" />. The
/// repository increments the token with every change.
/// </remarks>
public abstract class SagaClassMap<TSaga> : ISagaClassMap<TSaga>
    where TSaga : class, ISaga
{
    /// <inheritdoc />
    public Type SagaType => typeof(TSaga);

    /// <inheritdoc />
    public virtual void Configure(ModelBuilder model)
    {
        ArgumentNullException.ThrowIfNull(model);

        var entity = model.Entity<TSaga>();
        entity.Property(saga => saga.CorrelationId).ValueGeneratedNever();
        ConfigureCorrelationIdKey(entity.HasKey(saga => saga.CorrelationId));

        if (typeof(ISagaVersion).IsAssignableFrom(typeof(TSaga)))
            entity.Property(nameof(ISagaVersion.Version)).IsConcurrencyToken();

        Configure(entity, model);
    }

    /// <summary>Maps the saga's own properties.</summary>
    protected virtual void Configure(EntityTypeBuilder<TSaga> entity, ModelBuilder model) { }

    /// <summary>Configures the primary key, for example whether it is clustered.</summary>
    protected virtual KeyBuilder ConfigureCorrelationIdKey(KeyBuilder keyBuilder) => keyBuilder;
}
