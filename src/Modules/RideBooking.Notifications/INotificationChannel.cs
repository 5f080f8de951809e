namespace RideBooking.Notifications;

/// <summary>
/// A way to reach people. It runs inside the transaction that handles the event, so it must not talk to the outside world:
/// a channel that does (e-mail, push) publishes a message here, which the outbox sends after the commit, and delivers it
/// from a consumer outside a transaction.
/// </summary>
internal interface INotificationChannel
{
    Task Send(Notification notification, CancellationToken cancellationToken);
}
