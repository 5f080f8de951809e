using System.Runtime.ExceptionServices;
using Microsoft.EntityFrameworkCore;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// Delivers what the consumer of one message has sent with the context of the message's own scope, where the database is not the
/// one that delivery knows (a database per tenant). The message is acknowledged after that; if it is delivered again before, the
/// rest is sent then.
/// </summary>
sealed class ScopedDelivery<TDbContext>(OutboxSender<TDbContext> sender)
    where TDbContext : DbContext
{
    /// <summary>Sends and deletes what is in the outbox of this message and consumer. Fails where something cannot be sent.</summary>
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
