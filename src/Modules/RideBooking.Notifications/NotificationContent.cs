using RideBooking.Platform;

namespace RideBooking.Notifications;

/// <summary>What is to be told to whom, before anybody was told.</summary>
/// <param name="Audience">In which role the recipient is told.</param>
/// <param name="RecipientId">The rider or driver.</param>
/// <param name="RideId">The ride it is about.</param>
/// <param name="At">When it happened.</param>
/// <param name="Kind">A stable word for programs.</param>
/// <param name="Title">A few words.</param>
/// <param name="Text">A sentence or two.</param>
internal sealed record NotificationContent(
    Audience Audience,
    string RecipientId,
    Guid RideId,
    DateTimeOffset At,
    string Kind,
    string Title,
    string Text
)
{
    public const int MaxTextLength = 1000;

    /// <summary>Shortened where a name or address is long: a text that does not fit its column could never be told.</summary>
    public string Text { get; } = Text.Shorten(MaxTextLength);
}
