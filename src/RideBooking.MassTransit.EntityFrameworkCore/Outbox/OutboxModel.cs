using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>How inbox and outbox look in a database: only keys that the application makes, only types that all have.</summary>
static class OutboxModel
{
    const int MaxAddressLength = 1024;

    // No transport's routing key is longer.
    const int MaxLaneLength = 255;

    // SQLite and SQL Server give times back without saying that they are UTC.
    static readonly ValueConverter<DateTime, DateTime> Utc = new(
        time => time,
        time => DateTime.SpecifyKind(time, DateTimeKind.Utc)
    );

    public static void Inbox(EntityTypeBuilder<InboxState> inbox)
    {
        inbox.HasKey(mark => new { mark.MessageId, mark.ConsumerId });
        inbox.Property(mark => mark.Received).HasConversion(Utc);
        inbox.Property(mark => mark.Consumed).HasConversion(Utc);

        // The cleanup's only question: which marks are older than the window?
        inbox.HasIndex(mark => mark.Received);
    }

    public static void Messages(EntityTypeBuilder<OutboxMessage> outbox)
    {
        outbox.HasKey(message => message.Id);
        outbox.Property(message => message.Id).ValueGeneratedNever();
        outbox.Property(message => message.SequenceNumber).ValueGeneratedNever();
        outbox.Ignore(message => message.ActivityId);
        outbox.Ignore(message => message.Ahead);
        outbox.Property(message => message.Lane).HasMaxLength(MaxLaneLength).IsUnicode(false);
        outbox.Property(message => message.ContentType).HasMaxLength(256);
        outbox.Property(message => message.SourceAddress).HasMaxLength(MaxAddressLength);
        outbox.Property(message => message.DestinationAddress).HasMaxLength(MaxAddressLength);
        outbox.Property(message => message.ResponseAddress).HasMaxLength(MaxAddressLength);
        outbox.Property(message => message.FaultAddress).HasMaxLength(MaxAddressLength);
        outbox.Property(message => message.SentTime).HasConversion(Utc);
        outbox.Property(message => message.EnqueueTime).HasConversion(Utc);
        outbox.Property(message => message.ExpirationTime).HasConversion(Utc);
        outbox.Property(message => message.NextAttemptTime).HasConversion(Utc);

        // The sweeper's only question: what is due, in the order in which it was written?
        outbox.HasIndex(message => new { message.NextAttemptTime, message.SequenceNumber });

        // What stands before a message in its lane?
        outbox.HasIndex(message => new { message.Lane, message.LaneNumber });
    }

    public static void State(EntityTypeBuilder<OutboxState> state)
    {
        state.HasKey(lease => lease.OutboxId);
        state.Property(lease => lease.OutboxId).ValueGeneratedNever();
        state.Property(lease => lease.Created).HasConversion(Utc);
        state.Property(lease => lease.Expires).HasConversion(Utc);
    }
}
