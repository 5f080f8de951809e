using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;

namespace MassTransit;

/// <summary>Creates contexts that are composed from the maps of the sagas registered with it.</summary>
public interface IEntityFrameworkSagaRepository
{
    /// <summary>Adds a saga's map to the model.</summary>
    void AddSagaClassMap<TSaga>(ISagaClassMap<TSaga> sagaClassMap)
        where TSaga : class, ISaga;

    /// <summary>Creates a context with all maps added so far.</summary>
    DbContext GetDbContext();
}
