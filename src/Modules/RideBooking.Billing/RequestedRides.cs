using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Billing;

/// <summary>Only a requested ride is billed, and only as requested.</summary>
internal static class RequestedRides
{
    /// <summary>Returns the ride's request from the event log, which has it before everything that follows from it.</summary>
    /// <remarks>
    /// Throws if there is none: the message is then retried and redelivered, and ends in the error queue if there never was a
    /// request.
    /// </remarks>
    public static async Task<RideRequested> Requested(
        this AppDbContext db,
        Guid rideId,
        CancellationToken cancellationToken
    ) =>
        (await db.ReadStream<RideRequested>(rideId.ToString(), cancellationToken)).FirstOrDefault()
        ?? throw new InvalidOperationException($"Ride {rideId} cannot be billed: its request is not known.");

    /// <summary>Throws if a message contradicts the ride's request: a retry cannot change that.</summary>
    public static void Check(this RideRequested requested, string riderId, string vehicleClass)
    {
        if (riderId != requested.RiderId)
            throw new UnacceptableMessageException(
                $"Ride {requested.RideId} belongs to rider {requested.RiderId}, not to rider {riderId}."
            );
        if (vehicleClass != requested.VehicleClass)
            throw new UnacceptableMessageException(
                $"Ride {requested.RideId} was requested as {requested.VehicleClass}, not {vehicleClass}."
            );
    }

    /// <inheritdoc cref="Check(RideRequested, string, string)"/>
    public static void Check(this RideRequested requested, RideCompleted ride)
    {
        requested.Check(ride.RiderId, ride.VehicleClass);
        if ((ride.QuotedFare, ride.QuotedDistanceMeters) != (requested.QuotedFare, requested.QuotedDistanceMeters))
            throw new UnacceptableMessageException($"Ride {ride.RideId} was not quoted {ride.QuotedFare}.");
    }
}
