using RideBooking.Platform.Persistence;

namespace RideBooking.Notifications;

/// <summary>The list in the app, which is also the record of all notifications.</summary>
internal sealed class InAppChannel(AppDbContext db) : INotificationChannel
{
    public Task Send(Notification notification, CancellationToken cancellationToken)
    {
        db.Add(notification);
        return Task.CompletedTask;
    }
}
