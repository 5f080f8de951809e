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
        Notify<PaymentCaptured>(NotificationTemplates.ForRider);
        Notify<PaymentFailed>(NotificationTemplates.ForRider);
        Notify<BalanceOutstanding>(NotificationTemplates.ForRider);
        Notify<BalanceSettled>(NotificationTemplates.ForRider);
        Notify<ReceiptIssued>(NotificationTemplates.ForRider);

        Notify<DriverOffered>(NotificationTemplates.ForDriver);
        Notify<DriverIgnoredOffers>(NotificationTemplates.ForDriver);
        Notify<DriverUnassigned>(NotificationTemplates.ForDriver);
        Notify<RideCancelled>(NotificationTemplates.ForDriver);
    }

    void Notify<T>(Func<T, NotificationContent?> template)
        where T : class =>
        On<T>((e, logged) => template(e) is { } content ? Notification.Of(logged.EventId, content) : null);
}
