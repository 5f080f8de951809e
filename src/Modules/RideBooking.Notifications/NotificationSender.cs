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
    public async Task Send(ConsumeContext context, NotificationContent? content)
    {
        if (content is null)
            return;

        var eventId = context.MessageId ?? throw new InvalidOperationException("The event has no message id.");
        if (context.IsRetry() && await WasSent(eventId, content, context.CancellationToken))
            return;

        var notification = new Notification
        {
            Id = Guid.CreateVersion7(),
            EventId = eventId,
            Audience = content.Audience,
            RecipientId = content.RecipientId,
            Kind = content.Kind,
            Title = content.Title,
            Text = content.Text,
            RideId = content.RideId,
            At = content.At,
        };
        foreach (var channel in channels)
            await channel.Send(notification, context.CancellationToken);
    }

    Task<bool> WasSent(Guid eventId, NotificationContent content, CancellationToken cancellationToken) =>
        db.Set<Notification>()
            .AnyAsync(
                x => x.EventId == eventId && x.Audience == content.Audience && x.RecipientId == content.RecipientId,
                cancellationToken
            );
}
