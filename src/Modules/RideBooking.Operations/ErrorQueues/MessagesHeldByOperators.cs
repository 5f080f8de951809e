using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Operations.FailedMessages;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;
using RideBooking.Platform.Recovery;

namespace RideBooking.Operations.ErrorQueues;

/// <summary>
/// Finds the messages that an operator must decide about: those in error queues, and those that were discarded.
/// </summary>
internal sealed class MessagesHeldByOperators(FailedMessageSearch search, IServiceScopeFactory scopes, TimeProvider clock)
    : IFailedMessages
{
    public async Task<IReadOnlySet<(string Endpoint, Guid MessageId)>> Known(CancellationToken cancellationToken)
    {
        var known = new HashSet<(string, Guid)>();
        var (failed, _) = await search.Find(
            new FailedMessageFilter(),
            FailedMessageSearch.DepthToSelect,
            cancellationToken
        );
        foreach (var message in failed)
            if (Guid.TryParse(message.MessageId, out var id))
                known.Add((message.Endpoint, id));

        var since = clock.GetUtcNow() - MessagingRegistration.InboxWindow;
        await using var scope = scopes.CreateAsyncScope();
        var discarded = await scope
            .ServiceProvider.GetRequiredService<AppDbContext>()
            .Set<MessageAction>()
            .Where(action => action.Action == MessageAction.Discarded && action.At > since && action.RestoredAt == null)
            .Select(action => new { action.Queue, action.MessageId })
            .ToListAsync(cancellationToken);
        foreach (var message in discarded)
            if (Guid.TryParse(message.MessageId, out var id))
                known.Add((FailedMessage.EndpointOf(message.Queue), id));
        return known;
    }
}
