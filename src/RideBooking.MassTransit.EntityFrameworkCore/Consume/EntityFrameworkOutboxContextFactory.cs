using System.Runtime.ExceptionServices;
using MassTransit.Middleware;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// Handles one message as one unit of work: the consumer's changes, the messages it sends and the inbox entry are committed
/// together.
/// </summary>
/// <remarks>
/// A failed message is rolled back as a whole. A duplicate is acknowledged without effect. The key of the inbox entry detects
/// it before the consumer runs or, with group commit, at the latest when the second attempt is written.
/// </remarks>
sealed class EntityFrameworkOutboxContextFactory<TDbContext>(
    TDbContext dbContext,
    IServiceProvider provider,
    SharedContext<TDbContext> shared,
    InboxCache<TDbContext> cache,
    ConsumerAliases aliases,
    TimeProvider clock
) : IOutboxContextFactory<TDbContext>
    where TDbContext : DbContext
{
    // Resolved when a message is consumed, because before that the scope does not know the message's bus.
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
        using var handlingLock = await cache.Acquire(messageId, consumerId, context.CancellationToken);
        // The database is asked before the consumer runs only if the broker marks the message as redelivered.
        if (handlingLock is null || (context.ReceiveContext.Redelivered && await IsConsumed()))
        {
            LogContext.Debug?.Log(
                "Inbox: {MessageId} was already handled by {Consumer}; it is acknowledged",
                messageId,
                options.ConsumerType
            );
            if (handlingLock is not null)
                await DeliverInScope();
            await AcknowledgeDuplicate();
            return;
        }

        var strategy = dbContext.Database.CreateExecutionStrategy();
        var result = await Run(mayUseCache: true);
        if (result is AttemptResult.StaleSaga)
        {
            if (context.TryGetPayload<IResettablePayload>(out var outcome))
                outcome.Reset();
            result = await Run(mayUseCache: false);
        }
        if (result is AttemptResult.Committed or AttemptResult.Duplicate)
        {
            await DeliverInScope();
            handlingLock.Handled();
            return;
        }

        if (await IsConsumed())
        {
            LogContext.Debug?.Log(
                "Inbox: {MessageId} was handled in the meantime by {Consumer}; it is acknowledged",
                messageId,
                options.ConsumerType
            );
            await DeliverInScope();
            handlingLock.Handled();
            await AcknowledgeDuplicate();
            return;
        }

        // A second attempt uses no saga from memory, so none is stale.
        var failed = (AttemptResult.Failed)result;
        // The filter around the consumer reports its failures, unless the strategy may have retried them. That filter does
        // not run yet when the transaction begins, and no longer when it is committed.
        if (!failed.IsReported)
            await context.NotifyFaulted(
                context,
                context.ReceiveContext.ElapsedTime,
                options.ConsumerType,
                failed.Reason
            );
        ExceptionDispatchInfo.Throw(failed.Reason);

        // A strategy that retries (EnableRetryOnFailure) handles the whole message again, in the same scope with a context
        // that tracks nothing. Failures that it does not retry are left to the bus.
        async Task<AttemptResult> Run(bool mayUseCache)
        {
            AttemptResult? last = null;
            try
            {
                return await strategy.ExecuteAsync(async () =>
                {
                    if (last is not null && context.TryGetPayload<IResettablePayload>(out var outcome))
                        outcome.Reset();
                    last = await Attempt(mayUseCache);
                    if (strategy.RetriesOnFailure && ReasonOf(last) is { } reason)
                        ExceptionDispatchInfo.Throw(reason);
                    return last;
                });
            }
            catch (Exception) when (last is not null && ReasonOf(last) is not null)
            {
                return last;
            }
        }

        async Task<AttemptResult> Attempt(bool mayUseCache)
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
                keepsScheduled: Settings.ScheduledPerSecond is not null && IsShared(),
                Settings,
                clock
            );
            try
            {
                if (!MayLeaveTransactionToGroup())
                    await unit.BeginWithInboxEntry(context.CancellationToken);

                isConsuming = true;
                await next.Send(outbox);
                isConsuming = false;
                if (!outbox.IsMessageConsumed)
                    throw new InvalidOperationException(
                        "The message was not marked as consumed, so it may not be committed."
                    );
                if (unit.Result is null)
                    await unit.CommitSeparately(context.CancellationToken);
            }
            catch (Exception exception)
            {
                return await Failure(exception, isConsuming && !strategy.RetriesOnFailure);
            }

            if (unit.Result is AttemptResult.StaleSaga stale)
                return await Failure(stale.Reason, isReported: false);
            if (unit.Result is AttemptResult.Committed && IsShared())
                _outbox.Value.Delivery.Enqueue(unit.Sent);
            return unit.Result!;

            async Task<AttemptResult> Failure(Exception exception, bool isReported)
            {
                if (exception is DbUpdateConcurrencyException)
                    unit.WhenStale?.Invoke();
                var usedCache = unit.CachedSaga is not null;
                await unit.DisposeAsync();
                dbContext.ChangeTracker.Clear();
                var reason = DatabaseConflicts.AsConcurrencyConflict(exception) ?? exception;
                return usedCache ? new AttemptResult.StaleSaga(reason) : new AttemptResult.Failed(reason, isReported);
            }
        }

        async Task<bool> IsConsumed()
        {
            try
            {
                return await InboxEntry.IsConsumed(dbContext, messageId, consumerId, context.CancellationToken);
            }
            catch (Exception exception)
            {
                // The failure is then reported as it is, and the next attempt asks again.
                LogContext.Warning?.Log(
                    exception,
                    "Inbox: looking up {MessageId} failed; it is treated as not yet handled",
                    messageId
                );
                return false;
            }
        }

        // If the background delivery cannot find the messages outside this scope, they are delivered within it, before the
        // consumed message is acknowledged.
        bool IsShared() => shared.HasDatabaseOf(dbContext);

        Task DeliverInScope() =>
            IsShared()
                ? Task.CompletedTask
                : _outbox.Value.ScopedDelivery.Deliver(dbContext, messageId, consumerId, context.CancellationToken);

        async Task AcknowledgeDuplicate() =>
            await next.Send(new DuplicateOutboxConsumeContext<T>(context, options, provider));
    }

    // Without the interceptor, the outbox does not notice that a consumer writes early, so the transaction begins at the
    // start.
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

    static Exception? ReasonOf(AttemptResult result) =>
        result switch
        {
            AttemptResult.Failed failed => failed.Reason,
            AttemptResult.StaleSaga stale => stale.Reason,
            _ => null,
        };
}
