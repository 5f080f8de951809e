using RideBooking.Platform;

namespace RideBooking.Notifications;

/// <summary>The content of a notification and its recipient, before it is sent.</summary>
/// <param name="Audience">The role in which the recipient is notified.</param>
/// <param name="RecipientId">The rider or driver.</param>
/// <param name="RideId">The ride; null if it is about none.</param>
/// <param name="At">When the event happened.</param>
/// <param name="Kind">One of <see cref="NotificationKind"/>.</param>
/// <param name="Title">A few words.</param>
/// <param name="Text">A sentence or two.</param>
internal sealed record NotificationContent(
    Audience Audience,
    string RecipientId,
    Guid? RideId,
    DateTimeOffset At,
    string Kind,
    string Title,
    string Text
)
{
    public const int MaxTextLength = 1000;

    /// <summary>The text, shortened if a name or address is long: a text longer than its column could never be stored.</summary>
    public string Text { get; } = Text.Shorten(MaxTextLength);
}
