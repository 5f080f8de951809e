using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Recovery;

/// <summary>
/// The position in the event log up to which all consumers are known to have handled every event, except for each noted <see
/// cref="UnfinishedEvent"/>.
/// </summary>
/// <remarks>Recovery does not read events before it, however long the log is.</remarks>
internal sealed class RecoveryPoint
{
    /// <summary>Always 1.</summary>
    public int Id { get; init; } = 1;

    public long Position { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<RecoveryPoint>
    {
        public void Configure(EntityTypeBuilder<RecoveryPoint> builder)
        {
            builder.ToTable("recovery_point", AppDbContext.MessagingSchema);
            builder.Property(row => row.Id).ValueGeneratedNever();
            builder.HasData(new RecoveryPoint());
        }
    }
}

/// <summary>
/// An event before the recovery point that a consumer has not handled yet, because the consumer is late or failed.
/// </summary>
internal sealed class UnfinishedEvent
{
    /// <summary>The event's position in the log.</summary>
    public required long Position { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<UnfinishedEvent>
    {
        public void Configure(EntityTypeBuilder<UnfinishedEvent> builder)
        {
            builder.ToTable("unfinished_events", AppDbContext.MessagingSchema);
            builder.HasKey(row => row.Position);
            builder.Property(row => row.Position).ValueGeneratedNever();
        }
    }
}
