using Microsoft.Extensions.Logging;

namespace RideBooking.Notifications;

/// <summary>Writes notifications to the structured log.</summary>
/// <remarks>
/// The database records who was notified of what; a line for each of a ride's dozen notifications would bury the lines that
/// matter. Ids only: names, plates and addresses stay in the text.
/// </remarks>
internal sealed partial class LogChannel(ILogger<LogChannel> log) : INotificationChannel
{
    public Task Send(Notification notification, CancellationToken cancellationToken)
    {
        LogNotified(
            notification.Audience,
            notification.RecipientId,
            notification.Kind,
            notification.RideId,
            notification.EventId
        );
        return Task.CompletedTask;
    }

    [LoggerMessage(
        Level = LogLevel.Debug,
        Message = "Notified {Audience} {RecipientId} of {Kind} (ride {RideId}, event {EventId})"
    )]
    partial void LogNotified(Audience audience, string recipientId, string kind, Guid rideId, Guid eventId);
}
