using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RideBooking.Drivers;

/// <summary>A ride that has ended, stored permanently: the assignment may arrive after the end.</summary>
/// <remarks>
/// A query joins it instead of copying the end into the assignment, so that neither event has to see the other's row.
/// </remarks>
internal sealed class EndedRide
{
    public required Guid RideId { get; init; }
    public required DateTimeOffset At { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<EndedRide>
    {
        public void Configure(EntityTypeBuilder<EndedRide> builder)
        {
            builder.ToTable("ended_rides");
            builder.HasKey(ride => ride.RideId);
            builder.Property(ride => ride.RideId).ValueGeneratedNever();
        }
    }
}
