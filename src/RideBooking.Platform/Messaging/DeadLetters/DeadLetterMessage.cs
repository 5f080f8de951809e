using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Messaging.DeadLetters;

/// <summary>A message in an error or skipped queue of the in-memory transport.</summary>
/// <remarks>
/// On RabbitMQ the broker keeps these queues. Here a table does, so that failed messages survive the process and operators can
/// inspect them.
/// </remarks>
public sealed class DeadLetterMessage
{
    /// <summary>The entry's own id: one message may fail more than once.</summary>
    public required Guid Id { get; init; }

    /// <summary>The queue, such as <c>charge-ride_error</c>.</summary>
    public required string Queue { get; init; }

    /// <summary>When the message was stored, which is the order of the queue.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The transport's headers and the failure headers, as a JSON object of strings.</summary>
    public required string Headers { get; init; }

    /// <summary>The content type of the body.</summary>
    public required string? ContentType { get; init; }

    /// <summary>The body as it was received.</summary>
    public required byte[] Body { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<DeadLetterMessage>
    {
        public void Configure(EntityTypeBuilder<DeadLetterMessage> builder)
        {
            builder.ToTable("dead_letter_messages", AppDbContext.MessagingSchema);
            builder.HasKey(row => row.Id);
            builder.Property(row => row.Id).ValueGeneratedNever();
            builder.Property(row => row.Queue).HasMaxLength(255);
            builder.Property(row => row.ContentType).HasMaxLength(255);
            builder.HasIndex(row => new
            {
                row.Queue,
                row.At,
                row.Id,
            });
        }
    }
}
