using MassTransit.Clients;
using MassTransit.DependencyInjection;
using Microsoft.EntityFrameworkCore;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// Selects what a scope sends through: the message being consumed, if there is one, otherwise the bus outbox.
/// </summary>
sealed class EntityFrameworkScopedBusContextProvider<TBus, TDbContext> : IScopedBusContextProvider<TBus>, IDisposable
    where TBus : class, IBus
    where TDbContext : DbContext
{
    readonly BusOutboxContext<TBus, TDbContext>? _outbox;

    // The context is resolved here and not on first use, so that the container disposes it after this provider.
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
                // In a consumer of another bus, messages are committed with the consumer's changes.
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
