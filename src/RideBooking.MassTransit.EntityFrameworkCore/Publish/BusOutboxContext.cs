using System.Data.Common;
using MassTransit.Clients;
using MassTransit.DependencyInjection;
using MassTransit.Middleware;
using MassTransit.Middleware.Outbox;
using MassTransit.Scheduling;
using MassTransit.Transports;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// Adds the messages that a scope sends outside the bus's consumers to its context, and delivers them after the caller has
/// committed them.
/// </summary>
/// <remarks>
/// The caller does not wait for the broker. In a consumer of another bus, the consumer's transaction commits the messages.
/// </remarks>
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

    // A request has to be sent before it can be answered, so it does not wait for a commit.
    public IScopedClientFactory ClientFactory =>
        _scopedClientFactory ??= new ScopedClientFactory(
            new ClientFactory(new ScopedClientFactoryContext(_clientFactory, _provider)),
            _consumed
        );

    public object? GetService(Type serviceType) => _provider.GetService(serviceType);

    public async Task AddSend<T>(SendContext<T> context)
        where T : class
    {
        // Inside another bus's consumer, this context has to write, so that its events report the commit.
        if (UnitOfWork.On(_dbContext) is { } unit)
            await unit.BeginOwnTransaction(context.CancellationToken);
        if (Settings.ScheduledPerSecond is not null && await ScheduleOrCancel(context))
            return;

        // One request may publish several messages in parallel.
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

            // Sent by an interceptor during SaveChanges.
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

    /// <summary>Adds or removes the row of a scheduled message, if the message is a scheduler's.</summary>
    /// <remarks>
    /// Within a transaction of the caller, a cancelled message is deleted at once. Otherwise it is deleted by SaveChanges: if it becomes
    /// due before that, SaveChanges finds its row gone, and fails as it does for any row that another transaction has deleted.
    /// </remarks>
    async Task<bool> ScheduleOrCancel<T>(SendContext<T> context)
        where T : class
    {
        if (context.Message is CancelScheduledMessage cancelled)
        {
            var added = _dbContext
                .Set<ScheduledOutboxMessage>()
                .Local.Where(message => message.Token == cancelled.TokenId);
            if (_dbContext.Database.CurrentTransaction is not null)
            {
                await ScheduledMessages.Cancel(_dbContext, [cancelled.TokenId], context.CancellationToken);
                lock (_lock)
                    foreach (var message in added.ToList())
                        _dbContext.Entry(message).State = EntityState.Detached;
                return true;
            }
            var messages = await _dbContext
                .Set<ScheduledOutboxMessage>()
                .AsTracking()
                .Where(message => message.Token == cancelled.TokenId)
                .ToListAsync(context.CancellationToken);
            lock (_lock)
            {
                // Those that this scope has added are not in the database yet.
                _dbContext.RemoveRange(messages.Union(added.ToList()));
            }
            return true;
        }
        if (context.Message is not ScheduleMessage scheduled)
            return false;
        lock (_lock)
            _dbContext.Add(
                ScheduledOutboxMessage.From(
                    context,
                    scheduled,
                    _clock.GetUtcNow().UtcDateTime,
                    Settings.BusName,
                    Settings.GracePeriod,
                    Settings.KeepsOrder
                )
            );
        return true;
    }

    public void Dispose()
    {
        _dbContext.SavingChanges -= Saving;
        _dbContext.SavedChanges -= Saved;

        // The messages were saved in the caller's transaction, which has ended with an unknown outcome: the database is
        // asked. A transaction that has not ended belongs to another context as well; the callback runs when it ends.
        lock (_lock)
            if (_transactions.TrueForAll(HasEnded))
                Committed([.. _saved], everything: false);
    }

    /// <summary>
    /// Returns whether the transaction has ended. Providers show this by a missing connection, Npgsql by an exception.
    /// </summary>
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

    // A message that another process delivers is due at once.
    TimeSpan GracePeriod => Settings.DeliversBusOutbox ? Settings.GracePeriod : TimeSpan.Zero;

    void Saving(object? sender, SavingChangesEventArgs arguments)
    {
        lock (_lock)
        {
            _isSaving = true;
            OutboxOrdering.Number(_dbContext, [_added]);
            // The request may have taken longer than the grace period.
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
            // If SaveChanges does not accept the changes (ExecuteInTransaction), the messages stay added, and a second
            // attempt saves them again.
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
                _transactions.Add(transaction.GetDbTransaction());
            AfterCommit.OfSaved(_dbContext, everything => Committed(saved, everything));
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
