using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RideBooking.EventLog.Subscriptions;

/// <summary>An event that a subscription could not apply and has parked for operators.</summary>
public sealed class ParkedEvent
{
    /// <summary>The subscription.</summary>
    public required string Subscription { get; init; }

    /// <summary>The generation that was read; a replay may have parked other events than the live generation.</summary>
    public required int Generation { get; init; }

    /// <summary>The event's position.</summary>
    public required long Position { get; init; }

    /// <summary>The event.</summary>
    public required Guid EventId { get; init; }

    /// <summary>Its name.</summary>
    public required string EventType { get; init; }

    /// <summary>The version of its schema.</summary>
    public required int Version { get; init; }

    /// <summary>Its stream.</summary>
    public required string StreamId { get; init; }

    /// <summary>What failed in the last attempt.</summary>
    public required string Error { get; set; }

    /// <summary>When it was parked.</summary>
    public required DateTimeOffset ParkedAt { get; init; }

    /// <summary>When an operator asked for another attempt; null when none is due.</summary>
    public DateTimeOffset? RetryRequestedAt { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<ParkedEvent>
    {
        public void Configure(EntityTypeBuilder<ParkedEvent> builder)
        {
            builder.ToTable("parked_events", EventLogModel.Schema);
            builder.HasKey(row => new
            {
                row.Subscription,
                row.Generation,
                row.Position,
            });
            builder.Property(row => row.Subscription).HasMaxLength(Subscriptions.Subscription.MaxNameLength);
            builder.Property(row => row.EventType).HasMaxLength(100);
            builder.Property(row => row.StreamId).HasMaxLength(255);
            builder.Property(row => row.Error).HasMaxLength(Subscriptions.Subscription.MaxErrorLength);
        }
    }
}
