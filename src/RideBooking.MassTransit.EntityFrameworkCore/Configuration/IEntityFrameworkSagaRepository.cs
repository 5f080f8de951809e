using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;

namespace MassTransit;

/// <summary>A context composed from the maps of the sagas that are registered with it.</summary>
public interface IEntityFrameworkSagaRepository
{
    /// <summary>Adds a saga's map to the model.</summary>
    void AddSagaClassMap<TSaga>(ISagaClassMap<TSaga> sagaClassMap)
        where TSaga : class, ISaga;

    /// <summary>A new context over all maps added so far.</summary>
    DbContext GetDbContext();
}
