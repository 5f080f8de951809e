using RideBooking.Operations.ErrorQueues;

namespace RideBooking.Operations.FailedMessages;

/// <summary>A failed message in a list.</summary>
/// <param name="Id">Names it while it lies there: the queue and a hash. When it fails again it has another.</param>
/// <param name="Queue">The queue it lies in.</param>
/// <param name="Endpoint">The queue it failed in.</param>
/// <param name="MessageId">The message's own id, if it has one; it is kept when it is sent back.</param>
/// <param name="MessageType">Its name, if it can be read.</param>
/// <param name="RideId">The ride it is about, if it says so.</param>
/// <param name="ExceptionType">What was thrown; null for a skipped message.</param>
/// <param name="ExceptionMessage">What it said.</param>
/// <param name="Fingerprint">The same for messages that failed for the same reason.</param>
/// <param name="Attempts">How often it was delivered; retries in memory count as one delivery.</param>
/// <param name="FailedAt">When it failed last; when it was sent, if it only was skipped.</param>
/// <param name="AgeSeconds">How long ago that is.</param>
/// <param name="SentAt">When it was sent first.</param>
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
    /// <summary>Of a discarded message: when.</summary>
    public DateTimeOffset? DiscardedAt { get; init; }

    /// <summary>Of a discarded message: by whom.</summary>
    public string? DiscardedBy { get; init; }

    /// <summary>Of a discarded message: why.</summary>
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
