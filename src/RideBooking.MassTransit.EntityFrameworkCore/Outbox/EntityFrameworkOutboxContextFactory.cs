using System.Runtime.ExceptionServices;
using MassTransit.Middleware;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// Handles one message in one transaction: the inbox mark first, then what the consumer changes and sends, and the mark's
/// completion last. What fails is undone whole; what was handled before is acknowledged without effect.
/// </summary>
sealed class EntityFrameworkOutboxContextFactory<TDbContext>(
    TDbContext dbContext,
    IServiceProvider provider,
    OutboxSettings<TDbContext> settings,
    OutboxDelivery<TDbContext> delivery,
    TimeProvider clock
) : IOutboxContextFactory<TDbContext>
    where TDbContext : DbContext
{
    public async Task Send<T>(
        ConsumeContext<T> context,
        OutboxConsumeOptions options,
        IPipe<OutboxConsumeContext<T>> next
    )
        where T : class
    {
        var messageId =
            context.GetOriginalMessageId() ?? throw new MessageException(typeof(T), "The inbox needs a MessageId.");
        var mark = new InboxMark(dbContext, messageId, options.ConsumerId);

        // A strategy that retries may do so until the consumer begins. Then it is the bus's turn, which retries in a
        // new scope: nothing that the failed attempt has left in this one can be saved by the next.
        var failure = await dbContext.Database.CreateExecutionStrategy().ExecuteAsync(Attempt);
        if (failure is null)
            return;

        dbContext.ChangeTracker.Clear();
        if (await IsConsumed())
        {
            LogContext.Debug?.Log(
                "Inbox: {MessageId} was handled meanwhile by {Consumer}",
                messageId,
                options.ConsumerType
            );
            await AcknowledgeDuplicate();
            return;
        }

        failure.Throw();

        async Task<ExceptionDispatchInfo?> Attempt()
        {
            IReadOnlyList<OutboxMessage> sent;
            await using (
                var transaction = await dbContext.Database.BeginTransactionAsync(
                    settings.IsolationLevel,
                    context.CancellationToken
                )
            )
            {
                if (!await TryMark())
                {
                    LogContext.Debug?.Log(
                        "Inbox: {MessageId} was handled before by {Consumer}",
                        messageId,
                        options.ConsumerType
                    );
                    await transaction.RollbackAsync(CancellationToken.None);
                    await AcknowledgeDuplicate();
                    return null;
                }

                try
                {
                    sent = await Consume(transaction);
                }
                catch (DbUpdateException exception) when (DatabaseConflicts.IsDuplicateKey(exception))
                {
                    return ExceptionDispatchInfo.Capture(DatabaseConflicts.AsConcurrencyConflict(exception));
                }
                catch (Exception exception)
                {
                    return ExceptionDispatchInfo.Capture(exception);
                }
            }

            delivery.HandOver(sent);
            return null;
        }

        async Task<bool> IsConsumed()
        {
            try
            {
                return await mark.IsConsumed(context.CancellationToken);
            }
            catch (Exception exception)
            {
                // Then the failure stands as it is, and the next attempt asks again.
                LogContext.Warning?.Log(exception, "Inbox: could not look up {MessageId}", messageId);
                return false;
            }
        }

        async Task<bool> TryMark()
        {
            try
            {
                return await mark.TryAdd(clock.GetUtcNow().UtcDateTime, context.CancellationToken);
            }
            catch (Exception exception) when (DatabaseConflicts.IsDuplicateKey(exception))
            {
                // Both came at the same time; the database let this one wait until the other had committed.
                return false;
            }
        }

        async Task<IReadOnlyList<OutboxMessage>> Consume(IDbContextTransaction transaction)
        {
            var outbox = new DbContextOutboxConsumeContext<TDbContext, T>(
                context,
                options,
                provider,
                dbContext,
                transaction,
                mark,
                settings,
                clock
            );

            await next.Send(outbox);
            if (!outbox.IsMessageConsumed)
                throw new InvalidOperationException(
                    "The message was not marked as consumed, so it may not be committed."
                );

            await dbContext.SaveChangesAsync(context.CancellationToken);
            await transaction.CommitAsync(context.CancellationToken);
            return outbox.Sent;
        }

        async Task AcknowledgeDuplicate() =>
            await next.Send(new DuplicateOutboxConsumeContext<T>(context, options, provider));
    }

    public void Probe(ProbeContext context)
    {
        var scope = context.CreateFilterScope("outboxContextFactory");
        scope.Add("provider", "entityFrameworkCore");
        scope.Add("isolationLevel", settings.IsolationLevel.ToString());
    }
}
