using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Contracts;
using RideBooking.Operations.ErrorQueues;
using RideBooking.Platform.Messaging.RabbitMq;

namespace RideBooking.Operations.FailedMessages;

/// <summary>An operator's action on a failed message.</summary>
/// <remarks>A discarded message is stored with the action, so that no message is ever deleted silently.</remarks>
internal sealed class MessageAction
{
    public const string Redriven = "redriven";
    public const string Discarded = "discarded";
    public const string Restored = "restored";

    /// <summary>Selected by a discard request that has not finished. The selection is frozen.</summary>
    public const string Selected = "selected";

    public required Guid Id { get; init; }

    public required string FailedMessageId { get; init; }

    /// <summary>Connects all actions on one message, however often it failed.</summary>
    public required string? MessageId { get; init; }

    public required string Queue { get; init; }

    public required Guid? RideId { get; init; }

    public required string Action { get; set; }

    public required DateTimeOffset At { get; set; }

    public required string By { get; init; }

    public required string Reason { get; init; }

    /// <summary>The redrive or the discard request that the action is part of.</summary>
    public Guid? RedriveId { get; init; }

    // For a discarded message: everything that is needed to put it back.
    public string? Headers { get; set; }

    public string? ContentType { get; set; }

    public byte[]? Body { get; set; }

    public DateTimeOffset? RestoredAt { get; set; }

    public static MessageAction Of(
        FailedMessage message,
        string action,
        DateTimeOffset at,
        string by,
        string reason,
        Guid? redriveId = null
    ) =>
        new()
        {
            Id = Guid.CreateVersion7(at),
            FailedMessageId = message.Id,
            MessageId = message.MessageId,
            Queue = message.Queue,
            RideId = message.RideId,
            Action = action,
            At = at,
            By = by,
            Reason = reason,
            RedriveId = redriveId,
        };

    /// <summary>Records that the message is selected for a discard.</summary>
    public static MessageAction ToDiscard(
        SelectedMessage message,
        DateTimeOffset at,
        string by,
        string reason,
        Guid request
    ) =>
        new()
        {
            Id = Guid.CreateVersion7(at),
            FailedMessageId = message.Id,
            MessageId = message.MessageId,
            Queue = message.Queue,
            RideId = message.RideId,
            Action = Selected,
            At = at,
            By = by,
            Reason = reason,
            RedriveId = request,
        };

    /// <summary>Stores the message that is now removed from its queue.</summary>
    public void Discard(FailedMessage message, DateTimeOffset at)
    {
        (Action, At) = (Discarded, at);
        Headers = JsonSerializer.Serialize(
            message.Properties is { } properties
                ? message.Headers.Append(new(RabbitMqProperties.Header, properties)).ToDictionary()
                : message.Headers
        );
        ContentType = message.ContentType;
        Body = message.Body;
    }

    /// <summary>Releases the body from memory once the database has stored it.</summary>
    public void Forget() => (Headers, Body) = (null, null);

    /// <summary>Returns the discarded message.</summary>
    public FailedMessage Message()
    {
        var headers = StoredHeaders.Read(Headers!);
        return new FailedMessage(
            Queue,
            headers
                .Where(header => header.Key != RabbitMqProperties.Header)
                .ToDictionary(StringComparer.OrdinalIgnoreCase),
            ContentType,
            Body!,
            MessageId
        )
        {
            Properties = headers.GetValueOrDefault(RabbitMqProperties.Header),
        };
    }

    internal sealed class Mapping : IEntityTypeConfiguration<MessageAction>
    {
        public void Configure(EntityTypeBuilder<MessageAction> action)
        {
            action.ToTable("message_actions");
            action.HasKey(row => row.Id);
            action.Property(row => row.Id).ValueGeneratedNever();
            action.Property(row => row.FailedMessageId).HasMaxLength(300);
            action.Property(row => row.MessageId).HasMaxLength(255);
            action.Property(row => row.Queue).HasMaxLength(255);
            action.Property(row => row.Action).HasMaxLength(16);
            action.Property(row => row.By).HasMaxLength(255);
            action.Property(row => row.Reason).HasMaxLength(Reasons.MaxLength);
            action.Property(row => row.ContentType).HasMaxLength(255);
            action.HasIndex(row => row.MessageId);
            action.HasIndex(row => row.FailedMessageId);
            action.HasIndex(row => new { row.Action, row.At });
        }
    }
}
