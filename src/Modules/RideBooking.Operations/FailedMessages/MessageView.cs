using RideBooking.Operations.ErrorQueues;

namespace RideBooking.Operations.FailedMessages;

/// <summary>A failed message in a list.</summary>
/// <param name="Id">Identifies the message while it is in this queue. If it fails again, it gets another id.</param>
/// <param name="Queue">The error or skipped queue that holds it.</param>
/// <param name="Endpoint">The queue in which it failed.</param>
/// <param name="MessageId">The message's own id, if it has one. A redrive keeps it.</param>
/// <param name="MessageType">The name of the message type, if it can be read.</param>
/// <param name="RideId">The id of its ride, if the message contains one.</param>
/// <param name="ExceptionType">The type of the exception; null for a skipped message.</param>
/// <param name="ExceptionMessage">The exception's message.</param>
/// <param name="Fingerprint">The same for messages that failed for the same reason.</param>
/// <param name="Attempts">How often it was delivered. In-memory retries count as one delivery.</param>
/// <param name="FailedAt">When it last failed; for a skipped message, when it was sent.</param>
/// <param name="AgeSeconds">How long ago that was, in seconds.</param>
/// <param name="SentAt">When it was first sent.</param>
internal sealed record MessageView(
    string Id,
    string Queue,
    string Endpoint,
    string? MessageId,
    string? MessageType,
    Guid? RideId,
    string? ExceptionType,
    string? ExceptionMessage,
    string Fingerprint,
    int Attempts,
    DateTimeOffset? FailedAt,
    double? AgeSeconds,
    DateTimeOffset? SentAt
)
{
    /// <summary>For a discarded message: when it was discarded.</summary>
    public DateTimeOffset? DiscardedAt { get; init; }

    /// <summary>For a discarded message: who discarded it.</summary>
    public string? DiscardedBy { get; init; }

    /// <summary>For a discarded message: the reason.</summary>
    public string? Reason { get; init; }

    public static MessageView Of(FailedMessage message, TimeProvider clock) =>
        new(
            message.Id,
            message.Queue,
            message.Endpoint,
            message.MessageId,
            message.MessageType,
            message.RideId,
            message.ExceptionType,
            message.ExceptionMessage,
            message.Fingerprint,
            message.Attempts,
            message.FailedAt,
            (clock.GetUtcNow() - message.FailedAt)?.TotalSeconds,
            message.SentAt
        );
}
