using MassTransit.Clients;
using MassTransit.DependencyInjection;
using MassTransit.Middleware;
using MassTransit.Middleware.Outbox;
using MassTransit.Transports;
using Microsoft.EntityFrameworkCore;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// What a scope outside consumers sends is added to its context, and delivered once the caller has committed it. Nobody
/// waits for the broker.
/// </summary>
sealed class BusOutboxContext<TBus, TDbContext> : ScopedBusContext, OutboxSendContext, IDisposable
    where TBus : class, IBus
    where TDbContext : DbContext
{
    readonly TBus _bus;
    readonly TDbContext _dbContext;
    readonly OutboxSettings<TDbContext> _settings;
    readonly OutboxDelivery<TDbContext> _delivery;
    readonly IClientFactory _clientFactory;
    readonly TimeProvider _clock;
    readonly IServiceProvider _provider;
    readonly Guid _outboxId = Guid.CreateVersion7();
    readonly List<OutboxMessage> _added = [];
    readonly List<OutboxMessage> _saved = [];
    readonly Lock _lock = new();
    long _lastSequenceNumber;
    ISendEndpointProvider? _sendEndpointProvider;
    IPublishEndpoint? _publishEndpoint;
    ScopedClientFactory? _scopedClientFactory;

    public BusOutboxContext(
        TBus bus,
        TDbContext dbContext,
        OutboxSettings<TDbContext> settings,
        OutboxDelivery<TDbContext> delivery,
        IClientFactory clientFactory,
        TimeProvider clock,
        IServiceProvider provider
    )
    {
        _bus = bus;
        _dbContext = dbContext;
        _settings = settings;
        _delivery = delivery;
        _clientFactory = clientFactory;
        _clock = clock;
        _provider = provider;
        _dbContext.SavingChanges += Saving;
        _dbContext.SavedChanges += Saved;
    }

    public ISendEndpointProvider SendEndpointProvider =>
        _sendEndpointProvider ??= new OutboxSendEndpointProvider(this, _bus);

    public IPublishEndpoint PublishEndpoint =>
        _publishEndpoint ??= new PublishEndpoint(new OutboxPublishEndpointProvider(this, _bus));

    // A request must be sent before it can be answered, so it does not wait for a commit.
    public IScopedClientFactory ClientFactory =>
        _scopedClientFactory ??= new ScopedClientFactory(
            new ClientFactory(new ScopedClientFactoryContext(_clientFactory, _provider)),
            null
        );

    public object? GetService(Type serviceType) => _provider.GetService(serviceType);

    public Task AddSend<T>(SendContext<T> context)
        where T : class
    {
        // A request may publish several messages side by side.
        lock (_lock)
        {
            var message = OutboxMessage.From(
                context,
                ++_lastSequenceNumber,
                _clock.GetUtcNow().UtcDateTime,
                _settings.GracePeriod,
                _settings.KeepsOrder
            );
            message.OutboxId = _outboxId;

            _dbContext.Add(message);
            _added.Add(message);
        }

        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _dbContext.SavingChanges -= Saving;
        _dbContext.SavedChanges -= Saved;

        // Saved within the caller's own transaction, whose end the context does not tell: the database knows.
        lock (_lock)
            HandOver(_saved, committed: false);
    }

    void Saving(object? sender, SavingChangesEventArgs arguments)
    {
        lock (_lock)
            OutboxLanes.Number(_dbContext, [_added]);
    }

    void Saved(object? sender, SavedChangesEventArgs arguments)
    {
        lock (_lock)
        {
            var saved = _added.FindAll(message => _dbContext.Entry(message).State == EntityState.Unchanged);
            if (saved.Count == 0)
                return;

            _added.RemoveAll(saved.Contains);
            if (_dbContext.Database.CurrentTransaction is null && System.Transactions.Transaction.Current is null)
                HandOver(saved, committed: true);
            else
                _saved.AddRange(saved);
        }
    }

    void HandOver(List<OutboxMessage> messages, bool committed)
    {
        if (messages.Count == 0 || !_settings.DeliversBusOutbox)
            return;

        if (committed)
            _delivery.HandOver(messages);
        else
            _delivery.HandOverIfCommitted(messages);
    }
}
