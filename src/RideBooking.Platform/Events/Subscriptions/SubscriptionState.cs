using Microsoft.EntityFrameworkCore;
using RideBooking.EventLog;
using RideBooking.EventLog.Subscriptions;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Events.Subscriptions;

/// <summary>How far a subscription has read.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Position">The position of the last event that it has read.</param>
/// <param name="Lag">How many events of the log follow.</param>
/// <param name="OldestUnread">When the first of these was published; null when there is none.</param>
/// <param name="Owner">The host that reads.</param>
/// <param name="StoppedBecause">Why it is stopped; null while it reads.</param>
/// <param name="Parked">How many events it has parked.</param>
public sealed record SubscriptionState(
    string Name,
    long Position,
    long Lag,
    DateTimeOffset? OldestUnread,
    string? Owner,
    string? StoppedBecause,
    int Parked
)
{
    /// <summary>Returns the state of the subscription of each projection, in the order of their names.</summary>
    public static async Task<IReadOnlyList<SubscriptionState>> All(
        AppDbContext db,
        IEnumerable<IProjection> projections,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(db);
        var head = await db.LastPosition(cancellationToken);
        var rows = await db.Set<Subscription>()
            .AsNoTracking()
            .Where(row => row.IsLive)
            .ToDictionaryAsync(row => row.Name, cancellationToken);
        var parked = await db.LiveParkedEvents()
            .GroupBy(row => row.Subscription)
            .Select(group => new { group.Key, Count = group.Count() })
            .ToDictionaryAsync(group => group.Key, group => group.Count, cancellationToken);
        var states = new List<SubscriptionState>();
        foreach (var name in projections.Select(projection => projection.Name).Order(StringComparer.Ordinal))
        {
            var row = rows.GetValueOrDefault(name) ?? new Subscription { Name = name, Generation = 1 };
            var oldest = row.Position < head ? await db.EventAt(row.Position + 1, cancellationToken) : null;
            states.Add(
                new SubscriptionState(
                    name,
                    row.Position,
                    Math.Max(0, head - row.Position),
                    oldest?.Timestamp,
                    row.Owner,
                    row.StoppedBecause,
                    parked.GetValueOrDefault(name)
                )
            );
        }
        return states;
    }
}
