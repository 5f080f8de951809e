using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Operations.ErrorQueues;
using RideBooking.Platform;
using RideBooking.Platform.Messaging.RabbitMq;

namespace RideBooking.Operations.FailedMessages;

/// <summary>A failed message in the store: one failure of one message, with what operators did about it.</summary>
internal sealed class StoredMessage
{
    /// <summary>It waits for an operator. The API calls it <c>failed</c>.</summary>
    public const string Failed = "failed";

    /// <summary>It belongs to a redrive that has not sent it yet, or does not know yet whether it was handled.</summary>
    public const string Redriving = "redriving";

    public const string Redriven = "redriven";

    public const string Discarded = "discarded";

    const int MaxTextLength = 500;

    /// <summary>As <see cref="FailedMessage.Id"/>.</summary>
    public required string Id { get; init; }

    public required string Queue { get; init; }

    public required string? MessageId { get; init; }

    public required string? MessageType { get; set; }

    public required Guid? RideId { get; set; }

    public required string? RiderId { get; set; }

    public required string? DriverId { get; set; }

    public required string Fingerprint { get; init; }

    public required string? ExceptionType { get; init; }

    public required string? ExceptionMessage { get; init; }

    /// <summary>The method of a module that was running when it failed.</summary>
    public string? TopFrame { get; init; }

    /// <summary>When it failed; when it was stored, if it does not say.</summary>
    public required DateTimeOffset FailedAt { get; init; }

    /// <summary>The hour in which it failed, counted from 1970. Failures are counted by it.</summary>
    public int FailedHour { get; init; }

    public required DateTimeOffset? SentAt { get; init; }

    public required int Attempts { get; init; }

    public required string Status { get; set; }

    /// <summary>Since when it has the status.</summary>
    public required DateTimeOffset StatusAt { get; set; }

    /// <summary>The last redrive that it belonged to.</summary>
    public Guid? RedriveId { get; set; }

    /// <summary>What became of it after that redrive sent it; null while it has not been sent. See <see cref="Outcomes"/>.</summary>
    public string? Outcome { get; set; }

    /// <summary>How often the message had been redriven, and had failed again, before this failure.</summary>
    public int Redrives { get; set; }

    /// <summary>Whether it failed again after so many redrives that only one with <c>force</c> selects it.</summary>
    public bool IsQuarantined { get; set; }

    /// <summary>Its place among the messages of its ride: when it was sent; when it failed, if it does not say.</summary>
    public required DateTimeOffset OrderedBy { get; init; }

    /// <summary>What operators did, one <see cref="HistoryEntry"/> as JSON in each line.</summary>
    public string History { get; set; } = "";

    /// <summary>How often operators have edited the message, here and before its earlier failures.</summary>
    public int Edits { get; set; }

    /// <summary>The body in which the message failed; null unless operators edited it after this failure.</summary>
    public byte[]? OriginalBody { get; set; }

    // The message itself.
    public required string Headers { get; init; }

    public required string? RoutingKey { get; init; }

    public required string? ContentType { get; init; }

    public required byte[] Body { get; set; }

    public static StoredMessage Of(FailedMessage message, DateTimeOffset now) =>
        new()
        {
            Id = message.Id,
            Queue = message.Queue,
            MessageId = Text(message.MessageId, 255),
            MessageType = Text(message.MessageType, 255),
            RideId = message.RideId,
            RiderId = Text(message.RiderId, 255),
            DriverId = Text(message.DriverId, 255),
            Fingerprint = message.Fingerprint,
            ExceptionType = Text(message.ExceptionType, MaxTextLength),
            ExceptionMessage = Text(message.ExceptionMessage, MaxTextLength),
            TopFrame = Text(message.TopFrame, MaxTextLength),
            FailedAt = message.FailedAt ?? now,
            FailedHour = HourOf(message.FailedAt ?? now),
            SentAt = message.SentAt,
            Attempts = message.Attempts,
            OrderedBy = message.SentAt ?? message.FailedAt ?? now,
            Status = Failed,
            StatusAt = now,
            Headers = JsonSerializer.Serialize(
                message.Properties is { } properties
                    ? message.Headers.Append(new(RabbitMqProperties.Header, properties)).ToDictionary()
                    : message.Headers
            ),
            RoutingKey = Text(message.RoutingKey, 255),
            ContentType = Text(message.ContentType, 255),
            Body = message.Body,
        };

    /// <summary>Returns the hour of an instant, counted from 1970.</summary>
    public static int HourOf(DateTimeOffset instant) => (int)(instant.ToUnixTimeSeconds() / 3600);

    // A message that the database refuses would keep all others from moving to the store.
    static string? Text(string? text, int maxLength) => text?.MakeStorable().Shorten(maxLength);

    /// <summary>
    /// Records that the message came to the store a second time: a host died before it removed the message from its queue, or a
    /// message that says no time came twice.
    /// </summary>
    public void FailedAgain(DateTimeOffset now, int quarantineAfter)
    {
        if (Status != Redriven)
            return;
        (Status, StatusAt, Outcome) = (Failed, now, Outcomes.FailedAgain);
        WasRedriven(Redrives + 1, quarantineAfter);
    }

    /// <summary>Records how often the message failed again after a redrive.</summary>
    public void WasRedriven(int redrives, int quarantineAfter) =>
        (Redrives, IsQuarantined) = (redrives, redrives >= quarantineAfter);

    /// <summary>Replaces the message, and keeps the body in which it failed.</summary>
    /// <param name="edited">The edited message.</param>
    /// <param name="entry">Who edited it, when, why, and what changed.</param>
    public void Edit(FailedMessage edited, HistoryEntry entry)
    {
        OriginalBody ??= Body;
        Body = edited.Body;
        Edits++;
        MessageType = Text(edited.MessageType, 255);
        RideId = edited.RideId;
        RiderId = Text(edited.RiderId, 255);
        DriverId = Text(edited.DriverId, 255);
        History += entry.Line();
    }

    /// <summary>Replaces the message by a redacted one, which is equal otherwise, and forgets what edits changed.</summary>
    public void Redact(byte[] body, byte[]? originalBody)
    {
        (Body, OriginalBody) = (body, originalBody);
        ForgetChanges();
    }

    /// <summary>Deletes the message, and discards what is left of it unless operators have dealt with it.</summary>
    public void Delete(HistoryEntry entry)
    {
        (Body, OriginalBody) = ([], null);
        ForgetChanges();
        if (Status is not (Failed or Redriving))
            return;
        (Status, StatusAt) = (Discarded, entry.At);
        History += entry.Line();
    }

    void ForgetChanges() =>
        History = string.Concat(HistoryEntry.Read(History).Select(entry => (entry with { Changes = null }).Line()));

    /// <summary>Returns the message as it was in its queue, with the edits of operators.</summary>
    public FailedMessage Message() => Message(Body);

    /// <summary>Returns the message with another body.</summary>
    public FailedMessage Message(byte[] body)
    {
        var headers = new Dictionary<string, string?>(
            JsonSerializer.Deserialize<Dictionary<string, string?>>(Headers)!,
            StringComparer.OrdinalIgnoreCase
        );
        headers.Remove(RabbitMqProperties.Header, out var properties);
        return FailedMessage.Stored(Id, Queue, headers, ContentType, body, MessageId, properties, RoutingKey);
    }

    internal sealed class Mapping : IEntityTypeConfiguration<StoredMessage>
    {
        public void Configure(EntityTypeBuilder<StoredMessage> builder)
        {
            builder.ToTable("failed_messages");
            builder.HasKey(row => row.Id);
            builder.Property(row => row.Id).HasMaxLength(300);
            builder.Property(row => row.Queue).HasMaxLength(255);
            builder.Property(row => row.MessageId).HasMaxLength(255);
            builder.Property(row => row.MessageType).HasMaxLength(255);
            builder.Property(row => row.RiderId).HasMaxLength(255);
            builder.Property(row => row.DriverId).HasMaxLength(255);
            builder.Property(row => row.Fingerprint).HasMaxLength(16);
            builder.Property(row => row.ExceptionType).HasMaxLength(MaxTextLength);
            builder.Property(row => row.ExceptionMessage).HasMaxLength(MaxTextLength);
            builder.Property(row => row.TopFrame).HasMaxLength(MaxTextLength);
            builder.Property(row => row.Status).HasMaxLength(16);
            builder.Property(row => row.Outcome).HasMaxLength(16);
            builder.Property(row => row.RoutingKey).HasMaxLength(255);
            builder.Property(row => row.ContentType).HasMaxLength(255);
            builder.HasIndex(row => new
            {
                row.Status,
                row.FailedAt,
                row.Id,
            });
            builder.HasIndex(row => new { row.Status, row.StatusAt });
            builder.HasIndex(row => new
            {
                row.Status,
                row.Queue,
                row.Fingerprint,
            });
            builder.HasIndex(row => new
            {
                row.RedriveId,
                row.Status,
                row.OrderedBy,
                row.Id,
            });
            // How often each failure happened in the last hours, whatever became of the messages.
            builder.HasIndex(row => new { row.FailedHour, row.Fingerprint });
            // The groups by the status of the ride read this index only, and the messages of a ride are found by it.
            builder.HasIndex(row => new
            {
                row.RideId,
                row.Status,
                row.FailedHour,
                row.FailedAt,
            });
            builder.HasIndex(row => row.RiderId);
            builder.HasIndex(row => row.DriverId);
            // The messages whose outcome is pending are few.
            builder.HasIndex(row => row.Outcome);
            builder.HasIndex(row => row.MessageId);
        }
    }
}

/// <summary>What an operator did with a failed message.</summary>
/// <param name="Action">
/// <c>redriven</c>, <c>discarded</c>, <c>restored</c>, <c>edited</c>, or <c>refused</c>: the broker did not accept it.
/// </param>
/// <param name="At">When the action was taken.</param>
/// <param name="By">Who took it.</param>
/// <param name="Reason">The reason.</param>
/// <param name="RedriveId">The redrive that the action was part of.</param>
/// <param name="Changes">For an edit: what changed in the message.</param>
internal sealed record HistoryEntry(
    string Action,
    DateTimeOffset At,
    string By,
    string Reason,
    Guid? RedriveId = null,
    IReadOnlyList<MessageChange>? Changes = null
)
{
    public const string Redriven = StoredMessage.Redriven;
    public const string Discarded = StoredMessage.Discarded;
    public const string Restored = "restored";
    public const string Edited = "edited";
    public const string Refused = "refused";

    /// <summary>The line to append to <see cref="StoredMessage.History"/>: one statement appends it to many messages.</summary>
    public string Line() => JsonSerializer.Serialize(this) + "\n";

    public static IReadOnlyList<HistoryEntry> Read(string history) =>
        [
            .. history
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonSerializer.Deserialize<HistoryEntry>(line)!),
        ];
}
