using MassTransit.Clients;
using MassTransit.DependencyInjection;
using Microsoft.EntityFrameworkCore;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// Decides through what a scope sends: the message being consumed, if there is one, else the bus outbox.
/// </summary>
sealed class EntityFrameworkScopedBusContextProvider<TBus, TDbContext> : IScopedBusContextProvider<TBus>, IDisposable
    where TBus : class, IBus
    where TDbContext : DbContext
{
    readonly BusOutboxContext<TBus, TDbContext>? _outbox;

    // The context is asked for here and not when it is first needed, so that the container disposes it after this.
    public EntityFrameworkScopedBusContextProvider(
        TBus bus,
        TDbContext dbContext,
        OutboxSettings<TDbContext> settings,
        OutboxDelivery<TDbContext> delivery,
        Bind<TBus, IClientFactory> clientFactory,
        Bind<TBus, IScopedConsumeContextProvider> busConsumeContext,
        IScopedConsumeContextProvider globalConsumeContext,
        TimeProvider clock,
        IServiceProvider provider
    )
    {
        if (busConsumeContext.Value.HasContext)
            Context = new ConsumeContextScopedBusContext(busConsumeContext.Value.GetContext(), clientFactory.Value);
        else if (globalConsumeContext.HasContext)
            Context = new ConsumeContextScopedBusContext<TBus>(
                bus,
                globalConsumeContext.GetContext(),
                clientFactory.Value,
                provider
            );
        else
            Context = _outbox = new BusOutboxContext<TBus, TDbContext>(
                bus,
                dbContext,
                settings,
                delivery,
                clientFactory.Value,
                clock,
                provider
            );
    }

    public ScopedBusContext Context { get; }

    public void Dispose() => _outbox?.Dispose();
}
