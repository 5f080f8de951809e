using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Contracts;
using RideBooking.EventLog.Subscriptions;

namespace RideBooking.Drivers;

/// <summary>A driver's earning from one ride.</summary>
/// <remarks>Its key is the ride, so that no ride pays twice.</remarks>
internal sealed class Earning : IProjectedRow
{
    public static string Projection => "earnings";

    public int Generation { get; set; }

    public required Guid RideId { get; init; }
    public required string DriverId { get; init; }

    /// <summary>
    /// Whether the earning is a fee, because the rider did not come or cancelled too late. The fare is then the fee.
    /// </summary>
    public bool Cancelled { get; init; }

    /// <summary>The amount the rider pays: the fare with tolls, or the fee.</summary>
    public required Money Fare { get; init; }

    /// <summary>The tolls in the fare, which the driver receives in full.</summary>
    public required Money Tolls { get; init; }

    /// <summary>The driver's part, tolls included, at the share that applied when the fare became final.</summary>
    public required Money Earned { get; init; }

    /// <summary>The code of the ride's city, whose days count; null without a city, and in older rows.</summary>
    public string? City { get; init; }

    /// <summary>When the fare became final.</summary>
    public required DateTimeOffset At { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<Earning>
    {
        public void Configure(EntityTypeBuilder<Earning> builder)
        {
            builder.ToTable("earnings");
            builder.HasKey(earning => new { earning.Generation, earning.RideId });
            builder.Property(earning => earning.RideId).ValueGeneratedNever();
            builder.Property(earning => earning.DriverId).HasMaxLength(255);
            builder.Property(earning => earning.City).HasMaxLength(20);
            builder.HasIndex(earning => new
            {
                earning.Generation,
                earning.DriverId,
                earning.At,
            });
        }
    }
}
