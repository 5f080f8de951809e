using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Contracts;

namespace RideBooking.Drivers;

/// <summary>A driver: their name, their vehicle and whether they are on duty.</summary>
internal sealed class DriverProfile
{
    public required string DriverId { get; init; }
    public required string Name { get; set; }
    public required Vehicle Vehicle { get; set; }

    /// <summary>The current shift, or null off duty. Changed by conditional updates only, so that one request wins.</summary>
    public Guid? ShiftId { get; set; }

    /// <summary>When the current shift began.</summary>
    public DateTimeOffset? OnlineSince { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<DriverProfile>
    {
        public void Configure(EntityTypeBuilder<DriverProfile> builder)
        {
            builder.ToTable("profiles");
            builder.HasKey(driver => driver.DriverId);
            builder.Property(driver => driver.DriverId).HasMaxLength(255);
            builder.Property(driver => driver.Name).HasMaxLength(100);

            // The drivers on duty.
            builder.HasIndex(driver => driver.OnlineSince).HasFilter("online_since IS NOT NULL");
        }
    }
}
