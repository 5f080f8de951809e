using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Contracts;

namespace RideBooking.Drivers;

/// <summary>Where a ride goes whose rider has changed the destination.</summary>
/// <remarks>
/// Not in the assignment: the change may arrive before the offer, and the offer's event may have the destination before the change.
/// A query joins both.
/// </remarks>
internal sealed class RideDestination
{
    public required Guid RideId { get; init; }

    /// <summary>The number of the change among those of the ride.</summary>
    public int Number { get; private set; }
    public Place Dropoff { get; private set; } = new(0, 0);

    /// <summary>The stops on the way, in their order; null if there are none.</summary>
    public IReadOnlyList<Place>? Stops { get; private set; }

    /// <summary>Records a change, unless a later one was recorded before.</summary>
    public void Redirect(DestinationChanged changed)
    {
        if (changed.Number <= Number)
            return;
        Number = changed.Number;
        Dropoff = changed.Dropoff;
        Stops = changed.Stops;
    }

    internal sealed class Mapping : IEntityTypeConfiguration<RideDestination>
    {
        public void Configure(EntityTypeBuilder<RideDestination> builder)
        {
            builder.ToTable("ride_destinations");
            builder.HasKey(ride => ride.RideId);
            builder.Property(ride => ride.RideId).ValueGeneratedNever();
            builder.Property(ride => ride.Number).IsConcurrencyToken();
        }
    }
}
