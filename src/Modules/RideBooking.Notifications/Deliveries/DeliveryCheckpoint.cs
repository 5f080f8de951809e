using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RideBooking.Notifications.Deliveries;

/// <summary>The single row that says up to which event deliveries were created, and which host creates them.</summary>
/// <remarks>
/// The position is written in the transaction that adds the deliveries, so each event makes its deliveries once. A replay of a
/// projection does not move it, so nothing is sent again.
/// </remarks>
internal sealed class DeliveryCheckpoint
{
    /// <summary>Always 1.</summary>
    public int Id { get; init; } = 1;

    /// <summary>The position of the last event that was read.</summary>
    public required long Position { get; set; }

    /// <summary>The host that creates deliveries, or did so last.</summary>
    public string Owner { get; set; } = "";

    /// <summary>The end of the owner's lease. After it, another host may take over.</summary>
    public DateTimeOffset LeasedUntil { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<DeliveryCheckpoint>
    {
        public void Configure(EntityTypeBuilder<DeliveryCheckpoint> builder)
        {
            builder.ToTable("delivery_checkpoint");
            builder.HasKey(row => row.Id);
            builder.Property(row => row.Id).ValueGeneratedNever();
            builder.Property(row => row.Position).IsConcurrencyToken();
            builder.Property(row => row.Owner).HasMaxLength(64).IsConcurrencyToken();
        }
    }
}
