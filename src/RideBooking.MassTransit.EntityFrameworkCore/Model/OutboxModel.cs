using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>Maps the inbox and the outbox with application-generated keys, and with types that every database has.</summary>
/// <remarks>
/// Every column is configured explicitly, so that conventions of the application's model (lengths, conversions, precision) do
/// not change it. Naming conventions still apply.
/// </remarks>
static class OutboxModel
{
    const int Unlimited = -1;
    const int MaxAddressLength = 1024;

    // The full name of a type.
    public const int MaxBusNameLength = 255;

    // No transport allows a longer routing key.
    const int MaxOrderingKeyLength = 255;

    // SQLite and SQL Server return times without marking them as UTC.
    static readonly ValueConverter<DateTime, DateTime> Utc = new(
        time => time,
        time => DateTime.SpecifyKind(time, DateTimeKind.Utc)
    );

    public static void Inbox(EntityTypeBuilder<InboxState> inbox)
    {
        Plain(inbox);
        inbox.HasKey(entry => new { entry.MessageId, entry.ConsumerId });
        inbox.Property(entry => entry.Received).HasConversion(Utc);
        inbox.Property(entry => entry.Consumed).HasConversion(Utc);
        inbox.Property(entry => entry.Delivered).HasConversion(Utc);

        // The cleanup's only query: the entries that are older than the window.
        inbox.HasIndex(entry => entry.Received);
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

        // The sweeper's only query: the messages of its bus that are due, in the order in which they were written.
        outbox.HasIndex(message => new
        {
            message.BusName,
            message.NextAttemptTime,
            message.SequenceNumber,
        });

        // Finds the messages ahead of a message with the same ordering key.
        outbox.HasIndex(message => new { message.OrderingKey, message.OrderingNumber });
    }

    public static void Scheduled(EntityTypeBuilder<ScheduledOutboxMessage> scheduled)
    {
        Plain(scheduled);
        // A cancellation knows the token only.
        scheduled.HasKey(message => new { message.Token, message.Id });
        scheduled.Property(message => message.Id).ValueGeneratedNever();
        scheduled.Property(message => message.BusName).HasMaxLength(MaxBusNameLength).IsUnicode(false);
        scheduled.Property(message => message.DueTime).HasConversion(Utc);

        // Finds the messages of a bus that are due.
        scheduled.HasIndex(message => new { message.BusName, message.DueTime });
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

    /// <summary>Reverts what the model's conventions have set: no conversions, and no length limit for text.</summary>
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
            // Set explicitly, because conventions that fill in unset values run after this.
            property.SetMaxLength(Unlimited);
            property.SetIsUnicode(true);
        }
    }
}
