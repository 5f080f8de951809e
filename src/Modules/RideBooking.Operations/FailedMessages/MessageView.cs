using System.Linq.Expressions;
using RideBooking.Operations.ErrorQueues;

namespace RideBooking.Operations.FailedMessages;

/// <summary>A failed message in a list.</summary>
/// <param name="Id">Identifies this failure of the message. If it fails again, that failure gets another id.</param>
/// <param name="Queue">The error or skipped queue in which it was.</param>
/// <param name="Endpoint">The queue in which it failed.</param>
/// <param name="MessageId">The message's own id, if it has one. A redrive keeps it.</param>
/// <param name="MessageType">The name of the message type, if it can be read.</param>
/// <param name="RideId">The id of its ride, if the message contains one.</param>
/// <param name="RiderId">The id of its rider, if the message contains one.</param>
/// <param name="DriverId">The id of its driver, if the message contains one.</param>
/// <param name="ExceptionType">The type of the exception; null for a skipped message.</param>
/// <param name="ExceptionMessage">The exception's message, shortened to 500 characters.</param>
/// <param name="Fingerprint">The same for messages that failed for the same reason.</param>
/// <param name="Attempts">How often it was delivered. In-memory retries count as one delivery.</param>
/// <param name="FailedAt">When it last failed; for a skipped message, when it was sent.</param>
/// <param name="AgeSeconds">How long ago that was, in seconds.</param>
/// <param name="SentAt">When it was first sent.</param>
/// <param name="State"><c>failed</c>, <c>redriving</c>, <c>redriven</c> or <c>discarded</c>.</param>
/// <param name="RedriveId">The last redrive that it belonged to.</param>
/// <param name="Outcome">
/// What became of it after that redrive sent it: <c>pending</c>, <c>consumed</c>, <c>ignored</c>
/// (handled without effect), <c>deduplicated</c> (it had been handled before),
/// <c>failedAgain</c>, <c>untracked</c> (its consumer keeps no record) or <c>unknown</c>; null while it has not been sent.
/// </param>
/// <param name="Redrives">How often the message had been redriven, and had failed again, before this failure.</param>
/// <param name="Quarantined">Whether it is quarantined: only a redrive with <c>force</c> sends it.</param>
/// <param name="Edited">Whether operators have edited the message, after this failure or an earlier one.</param>
/// <param name="DiscardedAt">For a discarded message: when it was discarded.</param>
/// <param name="DiscardedBy">For a discarded message: who discarded it.</param>
/// <param name="Reason">For a discarded message: the reason.</param>
internal sealed record MessageView(
    string Id,
    string Queue,
    string Endpoint,
    string? MessageId,
    string? MessageType,
    Guid? RideId,
    string? RiderId,
    string? DriverId,
    string? ExceptionType,
    string? ExceptionMessage,
    string Fingerprint,
    int Attempts,
    DateTimeOffset FailedAt,
    double AgeSeconds,
    DateTimeOffset? SentAt,
    string State,
    Guid? RedriveId,
    string? Outcome,
    int Redrives,
    bool Quarantined,
    bool Edited,
    DateTimeOffset? DiscardedAt,
    string? DiscardedBy,
    string? Reason
)
{
    /// <summary>What a list reads of a message: everything but the message itself.</summary>
    public static Expression<Func<StoredMessage, StoredMessage>> Columns =>
        row => new StoredMessage
        {
            Id = row.Id,
            Queue = row.Queue,
            MessageId = row.MessageId,
            MessageType = row.MessageType,
            RideId = row.RideId,
            RiderId = row.RiderId,
            DriverId = row.DriverId,
            Fingerprint = row.Fingerprint,
            ExceptionType = row.ExceptionType,
            ExceptionMessage = row.ExceptionMessage,
            FailedAt = row.FailedAt,
            SentAt = row.SentAt,
            Attempts = row.Attempts,
            Status = row.Status,
            StatusAt = row.StatusAt,
            RedriveId = row.RedriveId,
            Outcome = row.Outcome,
            Redrives = row.Redrives,
            IsQuarantined = row.IsQuarantined,
            Edits = row.Edits,
            OrderedBy = row.OrderedBy,
            History = row.History,
            Headers = "",
            RoutingKey = null,
            ContentType = null,
            Body = Array.Empty<byte>(),
        };

    public static MessageView Of(StoredMessage row, DateTimeOffset now)
    {
        var discard =
            row.Status == StoredMessage.Discarded
                ? HistoryEntry.Read(row.History).Last(entry => entry.Action == HistoryEntry.Discarded)
                : null;
        return new(
            row.Id,
            row.Queue,
            FailedMessage.EndpointOf(row.Queue),
            row.MessageId,
            row.MessageType,
            row.RideId,
            row.RiderId,
            row.DriverId,
            row.ExceptionType,
            row.ExceptionMessage,
            row.Fingerprint,
            row.Attempts,
            row.FailedAt,
            (now - row.FailedAt).TotalSeconds,
            row.SentAt,
            row.Status,
            row.RedriveId,
            row.Outcome,
            row.Redrives,
            row.IsQuarantined,
            row.Edits > 0,
            discard?.At,
            discard?.By,
            discard?.Reason
        );
    }
}

/// <summary>The order of failed messages in lists and redrives.</summary>
internal static class MessageOrder
{
    public static IOrderedQueryable<StoredMessage> OldestFirst(this IQueryable<StoredMessage> messages) =>
        messages.OrderBy(row => row.FailedAt).ThenBy(row => row.Id);
}
