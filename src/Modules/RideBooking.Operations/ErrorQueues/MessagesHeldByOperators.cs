using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Operations.FailedMessages;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;
using RideBooking.Platform.Recovery;

namespace RideBooking.Operations.ErrorQueues;

/// <summary>
/// Finds the messages that an operator must decide about: those that failed, and those that were discarded.
/// </summary>
internal sealed class MessagesHeldByOperators(MoveFailedMessages mover, IServiceScopeFactory scopes, TimeProvider clock)
    : IFailedMessages
{
    public async Task<IReadOnlySet<(string Endpoint, Guid MessageId)>> Known(CancellationToken cancellationToken)
    {
        await mover.MoveAll(cancellationToken);
        var since = clock.GetUtcNow() - MessagingRegistration.InboxWindow;
        await using var scope = scopes.CreateAsyncScope();
        var held = await scope
            .ServiceProvider.GetRequiredService<AppDbContext>()
            .Set<StoredMessage>()
            .Where(row =>
                row.Status == StoredMessage.Failed
                || row.Status == StoredMessage.Redriving
                || (row.Status == StoredMessage.Discarded && row.StatusAt > since)
            )
            .Select(row => new { row.Queue, row.MessageId })
            .ToListAsync(cancellationToken);
        var known = new HashSet<(string, Guid)>();
        foreach (var message in held)
            if (Guid.TryParse(message.MessageId, out var id))
                known.Add((FailedMessage.EndpointOf(message.Queue), id));
        return known;
    }
}
