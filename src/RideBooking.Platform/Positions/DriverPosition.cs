using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RideBooking.Platform.Positions;

/// <summary>
/// Where a driver was last seen. The one table that two modules share: positions are hot, lossy data that never touch the
/// bus; Drivers writes them, Matching looks for the nearest. Being in it says nothing about being on duty.
/// </summary>
public sealed class DriverPosition
{
    /// <summary>The driver; one row each.</summary>
    public string DriverId { get; init; } = "";

    /// <summary>Latitude, degrees.</summary>
    public double Lat { get; set; }

    /// <summary>Longitude, degrees.</summary>
    public double Lng { get; set; }

    /// <summary>Where the vehicle points, degrees clockwise from north, if known.</summary>
    public double? Heading { get; set; }

    /// <summary>The driver app's count of its reports: a greater one is newer, whenever it arrives.</summary>
    public long Sequence { get; set; }

    /// <summary>When the report arrived.</summary>
    public DateTimeOffset At { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<DriverPosition>
    {
        public void Configure(EntityTypeBuilder<DriverPosition> builder)
        {
            builder.ToTable("driver_positions");
            builder.HasKey(position => position.DriverId);
            builder.Property(position => position.DriverId).HasMaxLength(255);

            // A search reads one band of latitude and discards by longitude within the index.
            builder.HasIndex(position => new { position.Lat, position.Lng });
        }
    }
}
