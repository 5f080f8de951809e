using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.EventLog.Subscriptions;

namespace RideBooking.Notifications;

/// <summary>Records the notifications of riders and drivers, which their apps list.</summary>
/// <remarks>
/// This is the record of all notifications, computed from the event log. What leaves the system (e-mail, webhooks) must not be
/// sent again when the record is computed again: see <see cref="Deliveries.CreateDeliveries"/>.
/// </remarks>
internal sealed class RecordNotifications : RecordingProjection<Notification>
{
    const int BatchSize = 500;

    public RecordNotifications()
    {
        foreach (var template in NotificationTemplates.All)
            template.AddTo(this);
        On<RiderForgotten>((_, _) => null);
    }

    public override async Task Apply(
        DbContext db,
        int generation,
        IReadOnlyList<ReadEvent> events,
        CancellationToken cancellationToken
    )
    {
        // In their order: a ride that the rider requests later is not concerned.
        foreach (var read in events)
            if (read.Event is RiderForgotten forgotten)
                await RedactOffers(db, generation, forgotten.RiderId, cancellationToken);
            else
                await base.Apply(db, generation, [read], cancellationToken);
    }

    /// <summary>Removes from the drivers' notifications of a rider's rides where the rides went.</summary>
    /// <remarks>All these rides have ended, so the rider has a notification of each.</remarks>
    static async Task RedactOffers(DbContext db, int generation, string riderId, CancellationToken cancellationToken)
    {
        var stored = db.Rows<Notification>(generation);
        await stored
            .Where(row => row.Audience == Audience.Rider && row.RecipientId == riderId)
            .LoadAsync(cancellationToken);
        var tracked = db.Set<Notification>().Local;
        var rides = tracked
            .Where(row => row.Audience == Audience.Rider && row.RecipientId == riderId)
            .Select(row => row.RideId)
            .ToHashSet();
        foreach (var batch in rides.Chunk(BatchSize))
            await stored
                .Where(row => NotificationTemplates.PersonalKinds.Contains(row.Kind) && batch.Contains(row.RideId))
                .LoadAsync(cancellationToken);
        foreach (var offer in tracked.Where(row => NotificationTemplates.PersonalKinds.Contains(row.Kind)).ToList())
            if (rides.Contains(offer.RideId))
                offer.Forget();
    }

    /// <summary>Declares that the events of a type have the notifications of a template.</summary>
    internal void Notify<T>(NotificationTemplate template)
        where T : class =>
        On<T>((e, logged) => template.Of(e) is { } content ? Notification.Of(logged.EventId, content) : null);
}
