using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Operations.ErrorQueues;

namespace RideBooking.Operations.FailedMessages;

/// <summary>What an operator did to a failed message. One that was discarded is kept with it: nothing is ever deleted silently.</summary>
internal sealed class MessageAction
{
    public const string Redriven = "redriven";
    public const string Discarded = "discarded";
    public const string Restored = "restored";

    public required Guid Id { get; init; }

    public required string FailedMessageId { get; init; }

    /// <summary>Joins what was done to one message, however often it failed.</summary>
    public required string? MessageId { get; init; }

    public required string Queue { get; init; }

    public required Guid? RideId { get; init; }

    public required string Action { get; init; }

    public required DateTimeOffset At { get; init; }

    public required string By { get; init; }

    public required string Reason { get; init; }

    public Guid? RedriveId { get; init; }

    // Of a discarded message: all that is needed to put it back.
    public string? Headers { get; init; }

    public string? ContentType { get; init; }

    public byte[]? Body { get; init; }

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
            Headers = action == Discarded ? JsonSerializer.Serialize(message.Headers) : null,
            ContentType = action == Discarded ? message.ContentType : null,
            Body = action == Discarded ? message.Body : null,
        };

    /// <summary>The message that was discarded.</summary>
    public FailedMessage Message() => new(Queue, StoredHeaders.Read(Headers!), ContentType, Body!, MessageId);

    internal sealed class Configuration : IEntityTypeConfiguration<MessageAction>
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
            action.Property(row => row.Reason).HasMaxLength(Selection.MaxReason);
            action.Property(row => row.ContentType).HasMaxLength(255);
            action.HasIndex(row => row.MessageId);
            action.HasIndex(row => row.FailedMessageId);
            action.HasIndex(row => new { row.Action, row.At });
        }
    }
}
