using Microsoft.EntityFrameworkCore;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>Reads the inbox entry of one message and consumer.</summary>
static class InboxEntry
{
    /// <summary>Returns whether a transaction that has handled the message is committed.</summary>
    public static Task<bool> IsConsumed(
        DbContext context,
        Guid messageId,
        Guid consumerId,
        CancellationToken cancellationToken
    ) =>
        context
            .Set<InboxState>()
            .AnyAsync(
                inbox => inbox.MessageId == messageId && inbox.ConsumerId == consumerId && inbox.Consumed != null,
                cancellationToken
            );
}
