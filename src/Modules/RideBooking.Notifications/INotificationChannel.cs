namespace RideBooking.Notifications;

/// <summary>A way to reach people.</summary>
/// <remarks>
/// It runs inside the transaction that handles the event, so it must not call external systems. A channel that does (e-mail,
/// push) publishes a message here, which the outbox sends after the commit, and delivers it from a consumer outside a
/// transaction.
/// </remarks>
internal interface INotificationChannel
{
    Task Send(Notification notification, CancellationToken cancellationToken);
}
