using System.Runtime.ExceptionServices;
using MassTransit.Middleware;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// Handles one message as one unit of work: what the consumer changes and sends, and the mark that it has handled the message,
/// are committed together. What fails is undone whole; what was handled before is acknowledged without effect: the mark's key
/// decides it, before the consumer is asked or, with group commit, at the latest when the second attempt is written.
/// </summary>
sealed class EntityFrameworkOutboxContextFactory<TDbContext>(
    TDbContext dbContext,
    IServiceProvider provider,
    SharedContext<TDbContext> shared,
    InboxCache<TDbContext> seen,
    ConsumerAliases aliases,
    TimeProvider clock
) : IOutboxContextFactory<TDbContext>
    where TDbContext : DbContext
{
    // Asked for when a message is consumed: before, the scope does not know the message's bus.
    readonly Lazy<BusOutbox<TDbContext>> _outbox = new(() => BusOutbox<TDbContext>.Of(provider));

    OutboxSettings<TDbContext> Settings => _outbox.Value.Settings;

    public async Task Send<T>(
        ConsumeContext<T> context,
        OutboxConsumeOptions options,
        IPipe<OutboxConsumeContext<T>> next
    )
        where T : class
    {
        var messageId =
            context.GetOriginalMessageId() ?? throw new MessageException(typeof(T), "The inbox needs a MessageId.");

        var consumerId = Settings.OfBus(aliases.Of(options.ConsumerId));
        using var turn = await seen.Take(messageId, consumerId, context.CancellationToken);
        // A broker that delivers again says so: then it is worth a look before the consumer is asked.
        if (turn is null || (context.ReceiveContext.Redelivered && await IsConsumed()))
        {
            LogContext.Debug?.Log(
                "Inbox: {MessageId} was handled before by {Consumer}",
                messageId,
                options.ConsumerType
            );
            if (turn is not null)
                await DeliverInScope();
            await AcknowledgeDuplicate();
            return;
        }

        var strategy = dbContext.Database.CreateExecutionStrategy();
        var failure = await Run(mayUseCache: true);
        if (failure is { UsedCache: true })
        {
            // The saga came from memory, and another process may have changed it since: only the stored one may refuse.
            if (context.TryGetPayload<IResettablePayload>(out var outcome))
                outcome.Reset();
            failure = await Run(mayUseCache: false);
        }
        if (failure is null)
        {
            await DeliverInScope();
            turn.Handled();
            return;
        }

        if (await IsConsumed())
        {
            LogContext.Debug?.Log(
                "Inbox: {MessageId} was handled meanwhile by {Consumer}",
                messageId,
                options.ConsumerType
            );
            await DeliverInScope();
            turn.Handled();
            await AcknowledgeDuplicate();
            return;
        }

        // What fails in the consumer is reported by the filter around it, unless the strategy may have retried it. It is not there yet when the transaction begins, and no
        // longer when it is committed.
        if (!failure.IsReported)
            await context.NotifyFaulted(
                context,
                context.ReceiveContext.ElapsedTime,
                options.ConsumerType,
                failure.Reason.SourceException
            );
        failure.Reason.Throw();

        // A strategy that retries (EnableRetryOnFailure) has the whole message handled once more, in the same scope with a
        // context that tracks nothing; what it does not retry is the bus's.
        async Task<Failure?> Run(bool mayUseCache)
        {
            Failure? last = null;
            try
            {
                return await strategy.ExecuteAsync(async () =>
                {
                    if (last is not null && context.TryGetPayload<IResettablePayload>(out var outcome))
                        outcome.Reset();
                    last = await Attempt(mayUseCache);
                    if (last is not null && strategy.RetriesOnFailure)
                        last.Reason.Throw();
                    return last;
                });
            }
            catch (Exception) when (last is not null)
            {
                return last;
            }
        }

        async Task<Failure?> Attempt(bool mayUseCache)
        {
            var now = clock.GetUtcNow().UtcDateTime;
            await using var unit = new UnitOfWork(
                dbContext,
                new InboxState
                {
                    MessageId = messageId,
                    ConsumerId = consumerId,
                    LockId = _outbox.Value.Store.ProcessId,
                    ReceiveCount = 1 + context.GetRetryAttempt() + context.GetRedeliveryCount(),
                    Received = now,
                    Consumed = now,
                    Delivered = now,
                },
                Settings.IsolationLevel,
                mayUseCache
            );
            var isConsuming = false;
            var outbox = new DbContextOutboxConsumeContext<TDbContext, T>(
                context,
                options,
                provider,
                unit,
                _outbox.Value.Group,
                IsConsumed,
                reportsFaults: !strategy.RetriesOnFailure,
                Settings,
                clock
            );
            try
            {
                if (!MayLeaveTransactionToGroup())
                    await unit.BeginWithMark(context.CancellationToken);

                isConsuming = true;
                await next.Send(outbox);
                isConsuming = false;
                if (!outbox.IsMessageConsumed)
                    throw new InvalidOperationException(
                        "The message was not marked as consumed, so it may not be committed."
                    );

                if (unit.WasHandledBefore)
                    return null;
                if (unit.Failure is { } failed)
                    ExceptionDispatchInfo.Throw(failed);
                if (!unit.IsCommitted)
                {
                    await dbContext.SaveChangesAsync(context.CancellationToken);
                    await unit.Transaction!.CommitAsync(context.CancellationToken);
                    unit.Committed();
                }
            }
            catch (Exception exception)
            {
                if (exception is DbUpdateConcurrencyException)
                    unit.WhenStale?.Invoke();
                var usedCache = unit.CachedSaga is not null;
                await unit.DisposeAsync();
                dbContext.ChangeTracker.Clear();
                return new Failure(
                    ExceptionDispatchInfo.Capture(DatabaseConflicts.AsConcurrencyConflict(exception) ?? exception),
                    usedCache,
                    isConsuming && !strategy.RetriesOnFailure
                );
            }

            if (IsShared())
                _outbox.Value.Delivery.Enqueue(unit.Sent);
            return null;
        }

        async Task<bool> IsConsumed()
        {
            try
            {
                return await InboxEntry.IsConsumed(dbContext, messageId, consumerId, context.CancellationToken);
            }
            catch (Exception exception)
            {
                // Then the failure stands as it is, and the next attempt asks again.
                LogContext.Warning?.Log(exception, "Inbox: could not look up {MessageId}", messageId);
                return false;
            }
        }

        // What delivery does not find outside this scope is delivered within it, before the message is acknowledged.
        bool IsShared() => shared.HasDatabaseOf(dbContext);

        Task DeliverInScope() =>
            IsShared()
                ? Task.CompletedTask
                : _outbox.Value.ScopedDelivery.Deliver(dbContext, messageId, consumerId, context.CancellationToken);

        async Task AcknowledgeDuplicate() =>
            await next.Send(new DuplicateOutboxConsumeContext<T>(context, options, provider));
    }

    // A context that does not tell when a consumer writes before its end needs the transaction from the start.
    bool MayLeaveTransactionToGroup() =>
        Settings.GroupsCommits
        && shared.MayWriteFor(dbContext)
        && dbContext
            .GetService<IDbContextOptions>()
            .FindExtension<CoreOptionsExtension>()
            ?.Interceptors?.Contains(UnitOfWorkInterceptor.Instance) == true;

    public void Probe(ProbeContext context)
    {
        var scope = context.CreateFilterScope("outboxContextFactory");
        scope.Add("provider", "entityFrameworkCore");
    }

    sealed record Failure(ExceptionDispatchInfo Reason, bool UsedCache, bool IsReported);
}
