using MassTransit.Middleware;
using MassTransit.Middleware.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>A message being handled in a transaction: what is sent through it is added to the context instead.</summary>
sealed class DbContextOutboxConsumeContext<TDbContext, TMessage>(
    ConsumeContext<TMessage> context,
    OutboxConsumeOptions options,
    IServiceProvider provider,
    TDbContext dbContext,
    IDbContextTransaction transaction,
    InboxMark mark,
    OutboxSettings<TDbContext> settings,
    TimeProvider clock
) : OutboxConsumeContextProxy<TMessage>(context, options, provider), DbTransactionContext
    where TDbContext : DbContext
    where TMessage : class
{
    readonly List<OutboxMessage> _sent = [];
    readonly Lock _lock = new();
    bool _consumed;

    public IReadOnlyList<OutboxMessage> Sent => _sent;

    public Guid TransactionId => transaction.TransactionId;

    public override Guid? MessageId => CapturedContext.GetOriginalMessageId();

    public override bool ContinueProcessing { get; set; } = true;
    public override bool IsMessageConsumed => _consumed;
    public override bool IsOutboxDelivered => false;
    public override int ReceiveCount => 1;
    public override long? LastSequenceNumber => null;

    public override Task AddSend<T>(SendContext<T> context)
    {
        // A consumer may publish several messages side by side.
        lock (_lock)
        {
            var message = OutboxMessage.From(
                context,
                _sent.Count + 1,
                clock.GetUtcNow().UtcDateTime,
                settings.GracePeriod
            );
            message.InboxMessageId = MessageId;
            message.InboxConsumerId = ConsumerId;

            dbContext.Add(message);
            _sent.Add(message);
        }

        return Task.CompletedTask;
    }

    public override async Task SetConsumed()
    {
        await AddAgainWhatWasCleared();
        mark.Complete(clock.GetUtcNow().UtcDateTime);
        try
        {
            await dbContext.SaveChangesAsync(CancellationToken);
        }
        catch (DbUpdateException exception) when (DatabaseConflicts.IsDuplicateKey(exception))
        {
            // The pipe asks the retry policy right here whether this is to be retried, or published as a fault.
            throw DatabaseConflicts.AsConcurrencyConflict(exception);
        }

        _consumed = true;
    }

    // A consumer that clears the change tracker means its entities, not the messages it has published.
    async Task AddAgainWhatWasCleared()
    {
        var detached = _sent.FindAll(message => dbContext.Entry(message).State == EntityState.Detached);
        if (detached.Count == 0)
            return;

        var ids = detached.ConvertAll(message => message.Id);
        var saved = await dbContext
            .Set<OutboxMessage>()
            .Where(message => ids.Contains(message.Id))
            .Select(message => message.Id)
            .ToListAsync(CancellationToken);
        dbContext.AddRange(detached.Where(message => !saved.Contains(message.Id)));
    }

    // Delivery is not the consumer's business here: the messages are handed over when they are committed.
    public override Task SetDelivered() => Task.CompletedTask;

    public override Task<List<OutboxMessageContext>> LoadOutboxMessages() =>
        Task.FromResult<List<OutboxMessageContext>>([]);

    public override Task NotifyOutboxMessageDelivered(OutboxMessageContext message) => Task.CompletedTask;

    public override Task RemoveOutboxMessages() => Task.CompletedTask;
}
