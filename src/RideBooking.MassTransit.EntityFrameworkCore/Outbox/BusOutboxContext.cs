using System.Data.Common;
using System.Transactions;
using MassTransit.Clients;
using MassTransit.DependencyInjection;
using MassTransit.Middleware;
using MassTransit.Middleware.Outbox;
using MassTransit.Transports;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// What a scope outside the bus's consumers sends is added to its context, and delivered once the caller has committed it.
/// Nobody waits for the broker. In a consumer of another bus it is the consumer's transaction that commits it.
/// </summary>
sealed class BusOutboxContext<TBus, TDbContext> : ScopedBusContext, OutboxSendContext, IDisposable
    where TBus : class, IBus
    where TDbContext : DbContext
{
    readonly TBus _bus;
    readonly TDbContext _dbContext;
    readonly BusOutbox<TBus, TDbContext> _outbox;
    readonly ConsumeContext? _consumed;
    readonly IClientFactory _clientFactory;
    readonly TimeProvider _clock;
    readonly IServiceProvider _provider;
    readonly Guid _outboxId = Guid.CreateVersion7();
    readonly List<OutboxMessage> _added = [];
    readonly HashSet<OutboxMessage> _saved = [];
    readonly List<DbTransaction> _transactions = [];
    readonly Lock _lock = new();
    long _lastSequenceNumber;
    bool _isSaving;
    ISendEndpointProvider? _sendEndpointProvider;
    IPublishEndpoint? _publishEndpoint;
    ScopedClientFactory? _scopedClientFactory;

    public BusOutboxContext(
        TBus bus,
        TDbContext dbContext,
        BusOutbox<TBus, TDbContext> outbox,
        ConsumeContext? consumed,
        IClientFactory clientFactory,
        TimeProvider clock,
        IServiceProvider provider
    )
    {
        _bus = bus;
        _dbContext = dbContext;
        _outbox = outbox;
        _consumed = consumed;
        _clientFactory = clientFactory;
        _clock = clock;
        _provider = provider;
        _dbContext.SavingChanges += Saving;
        _dbContext.SavedChanges += Saved;
    }

    public ISendEndpointProvider SendEndpointProvider =>
        _sendEndpointProvider ??= new OutboxSendEndpointProvider(
            this,
            _consumed is null ? _bus : new ScopedConsumeSendEndpointProvider(_bus, _consumed, _provider)
        );

    public IPublishEndpoint PublishEndpoint =>
        _publishEndpoint ??= new PublishEndpoint(
            new OutboxPublishEndpointProvider(
                this,
                _consumed is null ? _bus : new ScopedConsumePublishEndpointProvider(_bus, _consumed, _provider)
            )
        );

    // A request must be sent before it can be answered, so it does not wait for a commit.
    public IScopedClientFactory ClientFactory =>
        _scopedClientFactory ??= new ScopedClientFactory(
            new ClientFactory(new ScopedClientFactoryContext(_clientFactory, _provider)),
            _consumed
        );

    public object? GetService(Type serviceType) => _provider.GetService(serviceType);

    public async Task AddSend<T>(SendContext<T> context)
        where T : class
    {
        // Within another bus's consumer it is this context that writes, so that its events tell of it.
        if (UnitOfWork.On(_dbContext) is { } unit)
            await unit.BeginOwnTransaction(context.CancellationToken);

        // A request may publish several messages side by side.
        lock (_lock)
        {
            var message = OutboxMessage.From(
                context,
                ++_lastSequenceNumber,
                _clock.GetUtcNow().UtcDateTime,
                Settings.BusName,
                GracePeriod,
                Settings.KeepsOrder
            );
            message.OutboxId = _outboxId;

            // Sent by an interceptor, while everything is being saved.
            if (_isSaving)
                OutboxOrdering.Number(
                    _dbContext,
                    [
                        [message],
                    ]
                );
            _dbContext.Add(message);
            _added.Add(message);
        }
    }

    public void Dispose()
    {
        _dbContext.SavingChanges -= Saving;
        _dbContext.SavedChanges -= Saved;

        // Saved within a transaction of the caller's, which has ended without telling: the database knows. One that has not
        // ended is another context's as well, and tells when it does.
        lock (_lock)
            if (_transactions.TrueForAll(HasEnded))
                Committed([.. _saved], everything: false);
    }

    /// <summary>Whether the transaction has ended; providers say so by having no connection, Npgsql by being disposed.</summary>
    static bool HasEnded(DbTransaction transaction)
    {
        try
        {
            return transaction.Connection is null;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }

    OutboxSettings<TDbContext> Settings => _outbox.Settings;

    // Left to another process, a message is due at once.
    TimeSpan GracePeriod => Settings.DeliversBusOutbox ? Settings.GracePeriod : TimeSpan.Zero;

    void Saving(object? sender, SavingChangesEventArgs arguments)
    {
        lock (_lock)
        {
            _isSaving = true;
            OutboxOrdering.Number(_dbContext, [_added]);
            // The request may have taken longer than sweepers wait.
            var due = _clock.GetUtcNow().UtcDateTime + GracePeriod;
            foreach (var message in _added)
                message.NextAttemptTime = due;
        }
    }

    void Saved(object? sender, SavedChangesEventArgs arguments)
    {
        lock (_lock)
        {
            _isSaving = false;
            // Saved without being accepted (ExecuteInTransaction), they stay added: a second attempt saves them again.
            var accepted = arguments.AcceptAllChangesOnSuccess;
            var saved = _added.FindAll(message =>
                _dbContext.Entry(message).State == (accepted ? EntityState.Unchanged : EntityState.Added)
            );
            if (saved.Count == 0)
                return;

            _saved.UnionWith(saved);
            if (accepted)
                _added.RemoveAll(_saved.Contains);
            if (_dbContext.Database.CurrentTransaction is { } transaction)
            {
                _transactions.Add(transaction.GetDbTransaction());
                CommitInterceptor.WhenCommitted(transaction, everything => Committed(saved, everything));
            }
            else if (
                (_dbContext.Database.GetEnlistedTransaction() ?? System.Transactions.Transaction.Current) is { } ambient
            )
                ambient.TransactionCompleted += (_, ended) =>
                {
                    // Not every provider takes part in it, so the database is asked.
                    if (ended.Transaction?.TransactionInformation.Status == TransactionStatus.Committed)
                        Committed(saved, everything: false);
                };
            else
                Committed(saved, everything: true);
        }
    }

    void Committed(List<OutboxMessage> saved, bool everything)
    {
        lock (_lock)
        {
            var committed = saved.FindAll(_saved.Contains);
            _saved.ExceptWith(committed);
            if (_added.Count > 0)
                _added.RemoveAll(committed.ToHashSet().Contains);
            Enqueue(committed, everything);
        }
    }

    void Enqueue(List<OutboxMessage> messages, bool committed)
    {
        if (messages.Count == 0 || !Settings.DeliversBusOutbox)
            return;

        if (committed)
            _outbox.Delivery.Enqueue(messages);
        else
            _outbox.Delivery.EnqueueIfCommitted(messages);
    }
}
