using System.Runtime.ExceptionServices;
using MassTransit.Middleware;
using MassTransit.Middleware.Outbox;
using MassTransit.Scheduling;
using Microsoft.EntityFrameworkCore;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// Consumes a message as a unit of work: the messages sent through it are written with the unit instead of being sent.
/// </summary>
sealed class DbContextOutboxConsumeContext<TDbContext, TMessage>(
    ConsumeContext<TMessage> context,
    OutboxConsumeOptions options,
    IServiceProvider provider,
    UnitOfWork unit,
    GroupCommit<TDbContext> group,
    Func<Task<bool>> isHandled,
    bool reportsFaults,
    bool keepsScheduled,
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
        if (keepsScheduled)
            switch (context.Message)
            {
                case ScheduleMessage scheduled:
                    unit.Schedule(
                        ScheduledOutboxMessage.From(
                            context,
                            scheduled,
                            clock.GetUtcNow().UtcDateTime,
                            settings.BusName,
                            settings.GracePeriod,
                            settings.KeepsOrder
                        )
                    );
                    return Task.CompletedTask;
                case CancelScheduledMessage cancelled:
                    unit.Cancel(cancelled.TokenId);
                    return Task.CompletedTask;
                default:
                    break;
            }

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
        // The consumer may have taken longer than the grace period.
        foreach (var message in unit.Sent)
            message.NextAttemptTime = now + settings.GracePeriod;
        if (unit.Transaction is null)
            await LeaveToGroup();
        else
            await WriteSeparately();
        _consumed = true;
    }

    // An attempt that another one may follow (with the stored saga, or by an execution strategy) is not reported. The retry
    // policy sees the exception here and again when it leaves the outbox, so both are of the same type.
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
            // The confirmation of a commit may have been lost, or another process was first.
            if (await isHandled())
                unit.End(new AttemptResult.Duplicate());
            else if (unit.CachedSaga is not null)
                unit.End(new AttemptResult.StaleSaga(exception));
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

    // The pipe asks the retry policy at this point whether to retry the message or to publish a fault.
    static void Throw(Exception exception)
    {
        if (DatabaseConflicts.AsConcurrencyConflict(exception) is { } conflict)
            throw conflict;
        ExceptionDispatchInfo.Throw(exception);
    }

    // The consumer does not deliver: the messages are enqueued after the commit.
    public override Task SetDelivered() => Task.CompletedTask;

    public override Task<List<OutboxMessageContext>> LoadOutboxMessages() =>
        Task.FromResult<List<OutboxMessageContext>>([]);

    public override Task NotifyOutboxMessageDelivered(OutboxMessageContext message) => Task.CompletedTask;

    public override Task RemoveOutboxMessages() => Task.CompletedTask;
}
