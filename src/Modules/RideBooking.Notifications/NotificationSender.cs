using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.Platform.Messaging.Failures;
using RideBooking.Platform.Persistence;

namespace RideBooking.Notifications;

/// <summary>Notifies one person of one event over every channel, once.</summary>
/// <remarks>
/// The inbox removes recent duplicates. A later or concurrent duplicate fails on the unique key, and its retry finds the
/// notification.
/// </remarks>
internal sealed class NotificationSender(AppDbContext db, IEnumerable<INotificationChannel> channels)
{
    public async Task Send(ConsumeContext context, NotificationContent? notice)
    {
        if (notice is null)
            return;

        var eventId = context.MessageId ?? throw new InvalidOperationException("The event has no message id.");
        if (context.IsRetry() && await WasSent(eventId, notice, context.CancellationToken))
            return;

        var notification = new Notification
        {
            Id = Guid.CreateVersion7(),
            EventId = eventId,
            Audience = notice.Audience,
            RecipientId = notice.RecipientId,
            Kind = notice.Kind,
            Title = notice.Title,
            Text = notice.Text,
            RideId = notice.RideId,
            At = notice.At,
        };
        foreach (var channel in channels)
            await channel.Send(notification, context.CancellationToken);
    }

    Task<bool> WasSent(Guid eventId, NotificationContent notice, CancellationToken cancellationToken) =>
        db.Set<Notification>()
            .AnyAsync(
                x => x.EventId == eventId && x.Audience == notice.Audience && x.RecipientId == notice.RecipientId,
                cancellationToken
            );
}
