using System.Runtime.ExceptionServices;
using Microsoft.EntityFrameworkCore;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// Delivers the messages of one message's consumer with the context of that message's own scope, if the background delivery
/// does not know its database (a database per tenant).
/// </summary>
/// <remarks>
/// The consumed message is acknowledged afterwards. If it is redelivered before that, the remaining messages are sent then.
/// </remarks>
sealed class ScopedDelivery<TDbContext>(OutboxSender<TDbContext> sender)
    where TDbContext : DbContext
{
    /// <summary>
    /// Sends and deletes the outbox messages of this message and consumer. Fails if one of them cannot be sent.
    /// </summary>
    public async Task Deliver(TDbContext context, Guid messageId, Guid consumerId, CancellationToken cancellationToken)
    {
        var outbox = context.Set<OutboxMessage>();
        var messages = await outbox
            .AsNoTracking()
            .Where(message => message.InboxMessageId == messageId && message.InboxConsumerId == consumerId)
            .OrderBy(message => message.SequenceNumber)
            .ToListAsync(cancellationToken);
        foreach (var together in messages.GroupBy(message => message.DestinationAddress!))
        {
            var result = await sender.Send(together.Key, [.. together], triesAll: true, cancellationToken);
            foreach (var id in result.Sent)
                await outbox.Where(message => message.Id == id).ExecuteDeleteAsync(cancellationToken);
            if (result.Failed.Count > 0)
                ExceptionDispatchInfo.Throw(result.Failed[0].Reason);
        }
    }
}
