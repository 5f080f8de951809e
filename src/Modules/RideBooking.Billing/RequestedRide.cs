using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Billing;

/// <summary>A ride's request as Billing knows it, stored permanently.</summary>
/// <remarks>Only a requested ride is billed, and only as requested.</remarks>
internal sealed class RequestedRide
{
    public required Guid RideId { get; init; }
    public required string RiderId { get; init; }
    public required string VehicleClass { get; init; }
    public Money? QuotedFare { get; init; }
    public int? QuotedDistanceMeters { get; init; }

    public static RequestedRide Of(RideRequested ride) =>
        new()
        {
            RideId = ride.RideId,
            RiderId = ride.RiderId,
            VehicleClass = ride.VehicleClass,
            QuotedFare = ride.QuotedFare,
            QuotedDistanceMeters = ride.QuotedDistanceMeters,
        };

    /// <summary>Throws if a message contradicts the ride's request: a retry cannot change that.</summary>
    public void Check(string riderId, string vehicleClass)
    {
        if (riderId != RiderId)
            throw new UnacceptableMessageException(
                $"Ride {RideId} belongs to rider {RiderId}, not to rider {riderId}."
            );
        if (vehicleClass != VehicleClass)
            throw new UnacceptableMessageException(
                $"Ride {RideId} was requested as {VehicleClass}, not {vehicleClass}."
            );
    }

    /// <inheritdoc cref="Check(string, string)"/>
    public void Check(RideCompleted ride)
    {
        Check(ride.RiderId, ride.VehicleClass);
        if ((ride.QuotedFare, ride.QuotedDistanceMeters) != (QuotedFare, QuotedDistanceMeters))
            throw new UnacceptableMessageException($"Ride {RideId} was not quoted {ride.QuotedFare}.");
    }

    internal sealed class Mapping : IEntityTypeConfiguration<RequestedRide>
    {
        public void Configure(EntityTypeBuilder<RequestedRide> builder)
        {
            builder.ToTable("requested_rides");
            builder.HasKey(ride => ride.RideId);
            builder.Property(ride => ride.RideId).ValueGeneratedNever();
            builder.Property(ride => ride.RiderId).HasMaxLength(255);
            builder.Property(ride => ride.VehicleClass).HasMaxLength(32);
        }
    }
}

internal static class RequestedRides
{
    /// <summary>Returns the ride as requested, from the event log if its request is still in another queue.</summary>
    /// <remarks>
    /// Throws if neither has it: the message is then retried and redelivered, and ends in the error queue if there never was a
    /// request.
    /// </remarks>
    public static async Task<RequestedRide> Requested(
        this AppDbContext db,
        Guid rideId,
        CancellationToken cancellationToken
    ) =>
        await db.Set<RequestedRide>()
            .AsNoTracking()
            .SingleOrDefaultAsync(ride => ride.RideId == rideId, cancellationToken)
        ?? (await db.ReadStream<RideRequested>(rideId.ToString(), cancellationToken))
            .Select(RequestedRide.Of)
            .FirstOrDefault()
        ?? throw new InvalidOperationException($"Ride {rideId} cannot be billed: its request is not known.");
}
