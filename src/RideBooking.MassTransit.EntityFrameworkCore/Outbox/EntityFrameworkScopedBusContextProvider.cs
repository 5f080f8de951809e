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
        BusOutbox<TBus, TDbContext> outbox,
        Bind<TBus, IClientFactory> clientFactory,
        Bind<TBus, IScopedConsumeContextProvider> busConsumeContext,
        IScopedConsumeContextProvider globalConsumeContext,
        TimeProvider clock,
        IServiceProvider provider
    )
    {
        if (busConsumeContext.Value.HasContext)
            Context = new ConsumeContextScopedBusContext(busConsumeContext.Value.GetContext(), clientFactory.Value);
        else
            Context = _outbox = new BusOutboxContext<TBus, TDbContext>(
                bus,
                dbContext,
                outbox,
                // A message of another bus: what is sent because of it is committed with what its consumer changes.
                globalConsumeContext.HasContext
                    ? globalConsumeContext.GetContext()
                    : null,
                clientFactory.Value,
                clock,
                provider
            );
    }

    public ScopedBusContext Context { get; }

    public void Dispose() => _outbox?.Dispose();
}
