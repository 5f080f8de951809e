using Microsoft.EntityFrameworkCore;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>Maps one saga in a model.</summary>
public interface ISagaClassMap
{
    /// <summary>The saga that is mapped.</summary>
    Type SagaType { get; }

    /// <summary>Adds the saga to the model.</summary>
    void Configure(ModelBuilder model);
}

/// <summary>Maps one saga in a model.</summary>
public interface ISagaClassMap<TSaga> : ISagaClassMap
    where TSaga : class, ISaga;
