using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Billing;

/// <summary>
/// What Billing knows of a ride from its request, kept permanently: only a ride that was requested is billed, and only as it was
/// requested.
/// </summary>
internal sealed class RequestedRide
{
    public required Guid RideId { get; init; }
    public required string RiderId { get; init; }
    public required string VehicleClass { get; init; }
    public decimal? QuotedAmount { get; init; }
    public string? QuotedCurrency { get; init; }
    public int? QuotedDistanceMeters { get; init; }

    public static RequestedRide Of(RideRequested ride) =>
        new()
        {
            RideId = ride.RideId,
            RiderId = ride.RiderId,
            VehicleClass = ride.VehicleClass,
            QuotedAmount = ride.QuotedFare?.Amount,
            QuotedCurrency = ride.QuotedFare?.Currency,
            QuotedDistanceMeters = ride.QuotedDistanceMeters,
        };

    /// <summary>Throws when a message says of the ride what its request does not: another attempt cannot change that.</summary>
    public void Check(string riderId, string vehicleClass)
    {
        if (riderId != RiderId)
            throw new UnacceptableMessageException($"Ride {RideId} is rider {RiderId}'s, not rider {riderId}'s.");
        if (vehicleClass != VehicleClass)
            throw new UnacceptableMessageException(
                $"Ride {RideId} was requested as {VehicleClass}, not {vehicleClass}."
            );
    }

    /// <inheritdoc cref="Check(string, string)"/>
    public void Check(RideCompleted ride)
    {
        Check(ride.RiderId, ride.VehicleClass);
        if (
            (ride.QuotedFare?.Amount, ride.QuotedFare?.Currency, ride.QuotedDistanceMeters)
            != (QuotedAmount, QuotedCurrency, QuotedDistanceMeters)
        )
            throw new UnacceptableMessageException($"Ride {RideId} was not promised for {ride.QuotedFare}.");
    }

    internal sealed class Map : IEntityTypeConfiguration<RequestedRide>
    {
        public void Configure(EntityTypeBuilder<RequestedRide> builder)
        {
            builder.ToTable("requested_rides");
            builder.HasKey(ride => ride.RideId);
            builder.Property(ride => ride.RideId).ValueGeneratedNever();
            builder.Property(ride => ride.RiderId).HasMaxLength(255);
            builder.Property(ride => ride.VehicleClass).HasMaxLength(32);
            builder.Property(ride => ride.QuotedCurrency).HasMaxLength(3).IsFixedLength();
        }
    }
}

/// <summary>Remembers a ride that was requested.</summary>
internal sealed class RecordRequestedRide(AppDbContext db) : IConsumer<RideRequested>
{
    public async Task Consume(ConsumeContext<RideRequested> context)
    {
        var ride = context.Message;
        if (
            context.IsRetry()
            && await db.Set<RequestedRide>().AnyAsync(known => known.RideId == ride.RideId, context.CancellationToken)
        )
            return;
        db.Add(RequestedRide.Of(ride));
    }
}

internal static class RequestedRides
{
    /// <summary>
    /// The ride, as it was requested; from the log when its request still lies in another queue. Throws when it is in neither: the
    /// message is then tried again and redelivered, and ends in the error queue when there never was a request.
    /// </summary>
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
        ?? throw new InvalidOperationException($"Ride {rideId} is not to be billed: its request is not known.");
}
