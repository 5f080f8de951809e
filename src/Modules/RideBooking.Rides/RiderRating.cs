using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.EventLog.Subscriptions;

namespace RideBooking.Rides;

/// <summary>The ratings that drivers gave a rider.</summary>
internal sealed class RiderRating : IProjectedRow
{
    public static string Projection => "rider-ratings";

    public int Generation { get; set; }

    public required string RiderId { get; init; }

    /// <summary>The sum of the stars.</summary>
    public int Stars { get; set; }

    /// <summary>The number of ratings.</summary>
    public int Ratings { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<RiderRating>
    {
        public void Configure(EntityTypeBuilder<RiderRating> builder)
        {
            builder.ToTable("rider_ratings");
            builder.HasKey(rating => new { rating.Generation, rating.RiderId });
            builder.Property(rating => rating.RiderId).HasMaxLength(255);
        }
    }
}
