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
    public static async Task<RideRequestedV2> Requested(
        this AppDbContext db,
        Guid rideId,
        CancellationToken cancellationToken
    ) =>
        await db.FindRequest(rideId, cancellationToken)
        ?? throw new InvalidOperationException($"Ride {rideId} cannot be billed: its request is not known.");

    /// <summary>
    /// Returns the code of the city in a ride's terms; null if it has none. Without cities there is nothing to look up.
    /// </summary>
    public static async Task<string?> CityOf(
        this AppDbContext db,
        Guid rideId,
        Cities cities,
        CancellationToken cancellationToken
    ) => cities.All.Count == 0 ? null : (await db.FindRequest(rideId, cancellationToken))?.Terms?.City;

    /// <summary>
    /// Returns the time to the pickup that was estimated when the driver was assigned, seconds; null if it does not matter or is
    /// not known.
    /// </summary>
    public static async Task<int?> PromisedEta(
        this AppDbContext db,
        RideCancelled ride,
        CancellationToken cancellationToken
    ) =>
        ride is { By: Initiator.Rider, Stage: RideStatuses.DriverAssigned }
            ? (await db.ReadStream<DriverAssigned>(ride.RideId.ToString(), cancellationToken))
                .Find(assigned => assigned.OfferId == ride.OfferId)
                ?.EtaSeconds
            : null;

    static async Task<RideRequestedV2?> FindRequest(
        this AppDbContext db,
        Guid rideId,
        CancellationToken cancellationToken
    ) => (await db.ReadStream<RideRequestedV2>(rideId.ToString(), cancellationToken)).FirstOrDefault();

    /// <summary>Returns what the rider of a completed ride agreed to: the request, with the last change of the destination.</summary>
    /// <remarks>Each change has a quote of its own, and the completion names the last one.</remarks>
    public static async Task<RideRequestedV2> Agreed(
        this AppDbContext db,
        RideCompleted ride,
        CancellationToken cancellationToken
    )
    {
        var requested = await db.Requested(ride.RideId, cancellationToken);
        if (ride.QuoteId is null || ride.QuoteId == requested.QuoteId)
            return requested;
        var changes = await db.ReadStream<DestinationChanged>(ride.RideId.ToString(), cancellationToken);
        return changes.Find(change => change.QuoteId == ride.QuoteId) is { } changed
            ? requested with
            {
                Dropoff = changed.Dropoff,
                Stops = changed.Stops,
                QuoteId = changed.QuoteId,
                QuotedFare = changed.QuotedFare,
                QuotedDistanceMeters = changed.QuotedDistanceMeters,
                Terms = changed.Terms,
            }
            : requested;
    }

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
