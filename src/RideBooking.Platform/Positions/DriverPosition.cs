using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RideBooking.Platform.Positions;

/// <summary>
/// Where a driver was last seen. The one table that two modules share: positions are hot, lossy data that never touch the
/// bus; Drivers writes them, Matching looks for the nearest. Being in it says nothing about being on duty.
/// </summary>
public sealed class DriverPosition
{
    /// <summary>The sequence that a shift begins with: every report is newer.</summary>
    internal const long StartOfShift = -1;

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

    /// <summary>When the driver last did something else that shows they are there: answered an offer, ended a ride.</summary>
    public DateTimeOffset? ActiveAt { get; set; }

    /// <summary>The last sequence before the shift began: what follows it may have been sent before the start.</summary>
    public long? SequenceBeforeShift { get; set; }

    /// <summary>When sequences last began again.</summary>
    public DateTimeOffset? RestartedAt { get; set; }

    /// <summary>
    /// The sequence before one that leapt ahead; null when the last report followed the one before. A lower sequence that
    /// continues this one shows that the leap was an outlier.
    /// </summary>
    public long? SequenceBeforeLeap { get; set; }

    /// <summary>How many reports in a row came from the same implausible place.</summary>
    public int Doubts { get; set; }

    /// <summary>That place: latitude, degrees.</summary>
    public double? DoubtedLat { get; set; }

    /// <summary>That place: longitude, degrees.</summary>
    public double? DoubtedLng { get; set; }

    /// <summary>When the first of those reports arrived.</summary>
    public DateTimeOffset? DoubtedSince { get; set; }

    /// <summary>The sequence of the last of those reports.</summary>
    public long? DoubtedSequence { get; set; }

    /// <summary>Changes with every write, so that a decision about what was read is written only to that.</summary>
    public int Version { get; set; }

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
