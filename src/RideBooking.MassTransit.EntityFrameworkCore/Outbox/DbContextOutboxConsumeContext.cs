using System.Runtime.ExceptionServices;
using MassTransit.Middleware;
using MassTransit.Middleware.Outbox;
using Microsoft.EntityFrameworkCore;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>A message being handled as a unit of work: what is sent through it is written with the unit instead.</summary>
sealed class DbContextOutboxConsumeContext<TDbContext, TMessage>(
    ConsumeContext<TMessage> context,
    OutboxConsumeOptions options,
    IServiceProvider provider,
    UnitOfWork unit,
    GroupCommit<TDbContext> group,
    Func<Task<bool>> isHandled,
    bool reportsFaults,
    OutboxSettings<TDbContext> settings,
    TimeProvider clock
) : OutboxConsumeContextProxy<TMessage>(context, options, provider)
    where TDbContext : DbContext
    where TMessage : class
{
    bool _consumed;

    public override Guid? MessageId => CapturedContext.GetOriginalMessageId();

    public override bool ContinueProcessing { get; set; } = true;
    public override bool IsMessageConsumed => _consumed;
    public override bool IsOutboxDelivered => false;
    public override int ReceiveCount => 1;
    public override long? LastSequenceNumber => null;

    public override Task AddSend<T>(SendContext<T> context)
    {
        unit.Add(sequenceNumber =>
        {
            var message = OutboxMessage.From(
                context,
                sequenceNumber,
                clock.GetUtcNow().UtcDateTime,
                settings.BusName,
                settings.GracePeriod,
                settings.KeepsOrder
            );
            message.InboxMessageId = MessageId;
            message.InboxConsumerId = unit.Entry.ConsumerId;
            return message;
        });

        return Task.CompletedTask;
    }

    public override async Task SetConsumed()
    {
        var now = clock.GetUtcNow().UtcDateTime;
        unit.Entry.Consumed = unit.Entry.Delivered = now;
        // The consumer may have taken longer than sweepers wait.
        foreach (var message in unit.Sent)
            message.NextAttemptTime = now + settings.GracePeriod;
        if (unit.Transaction is null)
            await LeaveToGroup();
        else
            await WriteSeparately();
        _consumed = true;
    }

    // An attempt that another may follow is not reported: with the saga as it is stored, or by an execution strategy. The retry policy is asked
    // here as well as with the exception that leaves the outbox, so both are of the same kind.
    public override Task NotifyFaulted<T>(
        ConsumeContext<T> context,
        TimeSpan duration,
        string consumerType,
        Exception exception
    ) =>
        unit.CachedSaga is null && reportsFaults
            ? base.NotifyFaulted(
                context,
                duration,
                consumerType,
                DatabaseConflicts.AsConcurrencyConflict(exception) ?? exception
            )
            : Task.CompletedTask;

    async Task LeaveToGroup()
    {
        try
        {
            await group.Commit(unit, CancellationToken);
        }
        catch (Exception exception)
        {
            // The answer to a commit may have been lost, or another process was first.
            if (await isHandled())
                unit.WasHandledBefore = true;
            else if (unit.CachedSaga is not null)
                unit.Failure = exception;
            else
                Throw(exception);
        }
    }

    async Task WriteSeparately()
    {
        try
        {
            await unit.SaveSeparately(CancellationToken);
        }
        catch (Exception exception)
        {
            Throw(exception);
        }
    }

    // The pipe asks the retry policy right here whether this is to be retried, or published as a fault.
    static void Throw(Exception exception)
    {
        if (DatabaseConflicts.AsConcurrencyConflict(exception) is { } conflict)
            throw conflict;
        ExceptionDispatchInfo.Throw(exception);
    }

    // Delivery is not the consumer's business here: the messages are handed over when they are committed.
    public override Task SetDelivered() => Task.CompletedTask;

    public override Task<List<OutboxMessageContext>> LoadOutboxMessages() =>
        Task.FromResult<List<OutboxMessageContext>>([]);

    public override Task NotifyOutboxMessageDelivered(OutboxMessageContext message) => Task.CompletedTask;

    public override Task RemoveOutboxMessages() => Task.CompletedTask;
}
