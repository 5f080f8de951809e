using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RideBooking.Drivers;

/// <summary>A ride whose rider is aboard, stored permanently: the assignment may arrive after the start.</summary>
/// <remarks>A ride starts once and keeps its driver then, so a query joins it to the driver's assignment, as it joins the end.</remarks>
internal sealed class StartedRide
{
    public required Guid RideId { get; init; }
    public required DateTimeOffset At { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<StartedRide>
    {
        public void Configure(EntityTypeBuilder<StartedRide> builder)
        {
            builder.ToTable("started_rides");
            builder.HasKey(ride => ride.RideId);
            builder.Property(ride => ride.RideId).ValueGeneratedNever();
        }
    }
}
