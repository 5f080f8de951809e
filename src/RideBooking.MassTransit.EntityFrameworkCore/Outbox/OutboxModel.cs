using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// How inbox and outbox look in a database: only keys that the application makes, only types that all have. Every column is
/// configured explicitly, so conventions of the application's model (lengths, conversions, precision) do not change them;
/// naming conventions do.
/// </summary>
static class OutboxModel
{
    const int Unlimited = -1;
    const int MaxAddressLength = 1024;

    // A type's full name.
    public const int MaxBusNameLength = 255;

    // No transport's routing key is longer.
    const int MaxOrderingKeyLength = 255;

    // SQLite and SQL Server give times back without saying that they are UTC.
    static readonly ValueConverter<DateTime, DateTime> Utc = new(
        time => time,
        time => DateTime.SpecifyKind(time, DateTimeKind.Utc)
    );

    public static void Inbox(EntityTypeBuilder<InboxState> inbox)
    {
        Plain(inbox);
        inbox.HasKey(mark => new { mark.MessageId, mark.ConsumerId });
        inbox.Property(mark => mark.Received).HasConversion(Utc);
        inbox.Property(mark => mark.Consumed).HasConversion(Utc);
        inbox.Property(mark => mark.Delivered).HasConversion(Utc);

        // The cleanup's only question: which marks are older than the window?
        inbox.HasIndex(mark => mark.Received);
    }

    public static void Messages(EntityTypeBuilder<OutboxMessage> outbox)
    {
        outbox.Ignore(message => message.ActivityId);
        outbox.Ignore(message => message.Predecessors);
        Plain(outbox);
        outbox.HasKey(message => message.Id);
        outbox.Property(message => message.Id).ValueGeneratedNever();
        outbox.Property(message => message.SequenceNumber).ValueGeneratedNever();
        outbox.Property(message => message.BusName).HasMaxLength(MaxBusNameLength).IsUnicode(false);
        outbox.Property(message => message.OrderingKey).HasMaxLength(MaxOrderingKeyLength).IsUnicode(false);
        outbox.Property(message => message.ContentType).HasMaxLength(256);
        outbox.Property(message => message.SourceAddress).HasMaxLength(MaxAddressLength);
        outbox.Property(message => message.DestinationAddress).HasMaxLength(MaxAddressLength);
        outbox.Property(message => message.ResponseAddress).HasMaxLength(MaxAddressLength);
        outbox.Property(message => message.FaultAddress).HasMaxLength(MaxAddressLength);
        outbox.Property(message => message.SentTime).HasConversion(Utc);
        outbox.Property(message => message.EnqueueTime).HasConversion(Utc);
        outbox.Property(message => message.ExpirationTime).HasConversion(Utc);
        outbox.Property(message => message.NextAttemptTime).HasConversion(Utc);

        // The sweeper's only question: what of its bus is due, in the order in which it was written?
        outbox.HasIndex(message => new
        {
            message.BusName,
            message.NextAttemptTime,
            message.SequenceNumber,
        });

        // What stands before a message in its lane?
        outbox.HasIndex(message => new { message.OrderingKey, message.OrderingNumber });
    }

    public static void State(EntityTypeBuilder<OutboxState> state)
    {
        Plain(state);
        state.HasKey(lease => lease.OutboxId);
        state.Property(lease => lease.OutboxId).ValueGeneratedNever();
        state.Property(lease => lease.Created).HasConversion(Utc);
        state.Property(lease => lease.Expires).HasConversion(Utc);
        state.Property(lease => lease.Delivered).HasConversion(Utc);
    }

    /// <summary>Undoes what the model's conventions have set: nothing is converted, and text has no limit.</summary>
    static void Plain(EntityTypeBuilder entity)
    {
        foreach (var property in entity.Metadata.GetProperties())
        {
            property.SetValueConverter((ValueConverter?)null);
            property.SetProviderClrType(null);
            property.SetValueComparer((ValueComparer?)null);
            property.SetColumnType(null);
            property.SetPrecision(null);
            property.SetScale(null);
            property.SetCollation(null);
            property.SetIsFixedLength(null);
            property.SetMaxLength(null);
            if (property.ClrType != typeof(string))
                continue;
            // Said, not left open: conventions that set what is open run after this.
            property.SetMaxLength(Unlimited);
            property.SetIsUnicode(true);
        }
    }
}
