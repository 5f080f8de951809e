using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Recovery;

/// <summary>
/// The position in the event log up to which every event is known to have been handled by everybody, but for those noted as
/// <see cref="UnfinishedEvent"/>. Recovery need not look at what lies before it, however long the log is.
/// </summary>
internal sealed class RecoveryPoint
{
    /// <summary>Always 1.</summary>
    public int Id { get; init; } = 1;

    public long Position { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<RecoveryPoint>
    {
        public void Configure(EntityTypeBuilder<RecoveryPoint> point)
        {
            point.ToTable("recovery_point", AppDbContext.MessagingSchema);
            point.Property(row => row.Id).ValueGeneratedNever();
            point.HasData(new RecoveryPoint());
        }
    }
}

/// <summary>An event before the recovery point that a consumer has still to handle: it is late, or it failed.</summary>
internal sealed class UnfinishedEvent
{
    /// <summary>Its position in the log.</summary>
    public required long Position { get; init; }

    internal sealed class Configuration : IEntityTypeConfiguration<UnfinishedEvent>
    {
        public void Configure(EntityTypeBuilder<UnfinishedEvent> unfinished)
        {
            unfinished.ToTable("unfinished_events", AppDbContext.MessagingSchema);
            unfinished.HasKey(row => row.Position);
            unfinished.Property(row => row.Position).ValueGeneratedNever();
        }
    }
}
