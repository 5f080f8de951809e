using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Contracts;
using RideBooking.EventLog.Subscriptions;

namespace RideBooking.Drivers;

/// <summary>A driver's earning from one ride, or a correction of it.</summary>
/// <remarks>Its key is the ride and the correction, so that no ride pays twice and no refund reduces an earning twice.</remarks>
internal sealed class Earning : IProjectedRow
{
    public static string Projection => "earnings";

    public int Generation { get; set; }

    /// <summary>The number of <see cref="Correction"/> of the earning itself.</summary>
    public const int None = 0;

    /// <summary>The number of <see cref="Correction"/> of a write-off that the driver bears.</summary>
    public const int WriteOff = -1;

    /// <summary>The number of <see cref="Correction"/> of a payment that succeeded after such a write-off.</summary>
    public const int WriteOffReversed = -2;

    public required Guid RideId { get; init; }

    /// <summary>
    /// <see cref="None"/> for the earning, <see cref="WriteOff"/>, <see cref="WriteOffReversed"/>, or the number of a refund.
    /// The amounts of a correction are added to those of the earning.
    /// </summary>
    public int Correction { get; init; }

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

    /// <summary>When the fare became final, or was corrected.</summary>
    public required DateTimeOffset At { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<Earning>
    {
        public void Configure(EntityTypeBuilder<Earning> builder)
        {
            builder.ToTable("earnings");
            builder.HasKey(earning => new
            {
                earning.Generation,
                earning.RideId,
                earning.Correction,
            });
            builder.Property(earning => earning.Correction).ValueGeneratedNever();
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
