using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.EventLog.Subscriptions;

namespace RideBooking.Notifications;

/// <summary>Records the notifications of riders and drivers, which their apps list.</summary>
/// <remarks>
/// This is the record of all notifications, computed from the event log. What leaves the system (e-mail, push) must not be
/// sent again when the record is computed again, so it needs a consumer.
/// </remarks>
internal sealed class RecordNotifications : RecordingProjection<Notification>
{
    const int BatchSize = 500;

    static readonly string[] s_personal = [NotificationKind.RideOffered, NotificationKind.DestinationChanged];

    public RecordNotifications()
    {
        Notify<DriverAssigned>(NotificationTemplates.ForRider);
        Notify<DriverUnassigned>(NotificationTemplates.ForRider);
        Notify<NoDriverFound>(NotificationTemplates.ForRider);
        Notify<DriverArrived>(NotificationTemplates.ForRider);
        Notify<RideStarted>(NotificationTemplates.ForRider);
        Notify<RideCompleted>(NotificationTemplates.ForRider);
        Notify<RideCancelled>(NotificationTemplates.ForRider);
        Notify<FareFinalized>(NotificationTemplates.ForRider);
        Notify<CancellationFeeAssessedV2>(NotificationTemplates.ForRider);
        Notify<PaymentAuthorizationFailed>(NotificationTemplates.ForRider);
        Notify<PaymentCaptured>(NotificationTemplates.ForRider);
        Notify<PaymentFailedV2>(NotificationTemplates.ForRider);
        Notify<PaymentRefunded>(NotificationTemplates.ForRider);
        Notify<BalanceOutstanding>(NotificationTemplates.ForRider);
        Notify<BalanceSettled>(NotificationTemplates.ForRider);
        Notify<ReceiptIssued>(NotificationTemplates.ForRider);

        Notify<DriverOffered>(NotificationTemplates.ForDriver);
        Notify<DriverIgnoredOffers>(NotificationTemplates.ForDriver);
        Notify<DriverWentOffline>(NotificationTemplates.ForDriver);
        Notify<DriverUnassigned>(NotificationTemplates.ForDriver);
        Notify<RideCancelled>(NotificationTemplates.ForDriver);
        Notify<DestinationChanged>(NotificationTemplates.ForDriver);

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
            .OfType<Guid>()
            .ToHashSet();
        foreach (var batch in rides.Chunk(BatchSize))
            await stored
                .Where(row => s_personal.Contains(row.Kind) && row.RideId != null && batch.Contains(row.RideId.Value))
                .LoadAsync(cancellationToken);
        foreach (var offer in tracked.Where(row => s_personal.Contains(row.Kind)).ToList())
            if (rides.Contains(offer.RideId!.Value))
                offer.Text = NotificationTemplates.ForgottenOffer;
    }

    void Notify<T>(Func<T, NotificationContent?> template)
        where T : class =>
        On<T>((e, logged) => template(e) is { } content ? Notification.Of(logged.EventId, content) : null);
}
