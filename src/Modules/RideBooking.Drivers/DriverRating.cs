using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.EventLog.Subscriptions;

namespace RideBooking.Drivers;

/// <summary>The ratings that riders gave a driver.</summary>
internal sealed class DriverRating : IProjectedRow
{
    public static string Projection => "driver-ratings";

    public int Generation { get; set; }

    public required string DriverId { get; init; }

    /// <summary>The sum of the stars.</summary>
    public int Stars { get; set; }

    /// <summary>The number of ratings.</summary>
    public int Ratings { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<DriverRating>
    {
        public void Configure(EntityTypeBuilder<DriverRating> builder)
        {
            builder.ToTable("driver_ratings");
            builder.HasKey(rating => new { rating.Generation, rating.DriverId });
            builder.Property(rating => rating.DriverId).HasMaxLength(255);
        }
    }
}
