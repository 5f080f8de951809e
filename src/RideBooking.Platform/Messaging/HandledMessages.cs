using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Messaging;

/// <summary>Tells which messages the endpoints have handled, according to the inbox.</summary>
/// <remarks>The inbox keeps its entries for the duplicate detection window.</remarks>
public sealed class HandledMessages
{
    readonly InboxConsumers _consumers;

    internal HandledMessages(InboxConsumers consumers) => _consumers = consumers;

    /// <summary>
    /// Returns whether the inbox knows what an endpoint handles. It does not where a consumer works outside a transaction.
    /// </summary>
    public bool Knows(string endpoint) => _consumers.HasInbox(endpoint);

    /// <summary>
    /// Returns which of the messages were handled, by which endpoint, and whether with an effect; null if that is not known.
    /// </summary>
    /// <param name="db">The database.</param>
    /// <param name="messages">The ids under which the messages were first sent; up to a thousand.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    public async Task<IReadOnlyDictionary<(Guid Message, string Endpoint), bool?>> Of(
        AppDbContext db,
        IReadOnlyCollection<Guid> messages,
        CancellationToken cancellationToken
    )
    {
        var entries = await db.Set<InboxState>()
            .Where(entry => messages.Contains(entry.MessageId) && entry.Consumed != null)
            .Select(entry => new
            {
                entry.MessageId,
                entry.ConsumerId,
                entry.HadEffect,
            })
            .ToListAsync(cancellationToken);
        return entries
            .Select(entry => (entry.MessageId, Endpoint: _consumers.EndpointOf(entry.ConsumerId), entry.HadEffect))
            .Where(entry => entry.Endpoint is not null)
            // An endpoint may handle a message with several consumers.
            .GroupBy(entry => (entry.MessageId, entry.Endpoint!))
            .ToDictionary(
                group => group.Key,
                group =>
                    group.Any(entry => entry.HadEffect == true) ? true
                    : group.Any(entry => entry.HadEffect is null) ? (bool?)null
                    : false
            );
    }
}
