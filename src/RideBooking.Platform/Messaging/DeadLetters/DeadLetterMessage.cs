using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Messaging.DeadLetters;

/// <summary>
/// A message in an error or skipped queue of the in-memory transport. On RabbitMQ these queues are the broker's; here they are
/// a table, so that what failed survives the process and can be looked at.
/// </summary>
public sealed class DeadLetterMessage
{
    /// <summary>Its own: one message may fail more than once.</summary>
    public required Guid Id { get; init; }

    /// <summary>The queue, such as <c>charge-ride_error</c>.</summary>
    public required string Queue { get; init; }

    /// <summary>When it was put there; the queue's order.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The transport's headers and those that say what failed, as a JSON object of texts.</summary>
    public required string Headers { get; init; }

    /// <summary>What the body is written in.</summary>
    public required string? ContentType { get; init; }

    /// <summary>The body as it came.</summary>
    public required byte[] Body { get; init; }

    internal sealed class Configuration : IEntityTypeConfiguration<DeadLetterMessage>
    {
        public void Configure(EntityTypeBuilder<DeadLetterMessage> message)
        {
            message.ToTable("dead_letter_messages", AppDbContext.MessagingSchema);
            message.HasKey(row => row.Id);
            message.Property(row => row.Id).ValueGeneratedNever();
            message.Property(row => row.Queue).HasMaxLength(255);
            message.Property(row => row.ContentType).HasMaxLength(255);
            message.HasIndex(row => new
            {
                row.Queue,
                row.At,
                row.Id,
            });
        }
    }
}
