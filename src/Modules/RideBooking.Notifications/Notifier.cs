using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.Platform.Persistence;

namespace RideBooking.Notifications;

/// <summary>
/// Tells one person of one event over every channel, once. A duplicate within the inbox's memory never gets here; a later
/// one finds the notification; of two at the same time one fails on the unique key and finds it when it is tried again.
/// </summary>
internal sealed class Notifier(AppDbContext db, IEnumerable<INotificationChannel> channels)
{
    public async Task Tell(ConsumeContext context, Notice? notice)
    {
        if (notice is null)
            return;

        var eventId = context.MessageId ?? throw new InvalidOperationException("The event has no message id.");
        var told = await db.Set<Notification>()
            .AnyAsync(
                x => x.EventId == eventId && x.Audience == notice.Audience && x.RecipientId == notice.RecipientId,
                context.CancellationToken
            );
        if (told)
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
}
