using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Persistence;

namespace RideBooking.Rides;

/// <summary>
/// Decides who may see a ride. To all other callers it does not exist: they get the same answer as for an unknown id.
/// </summary>
internal static class RideAccess
{
    static readonly CompiledQuery<Guid, Ride> s_ride = new(
        (db, rideId, _) => db.Set<Ride>().AsNoTracking().SingleOrDefault(ride => ride.CorrelationId == rideId)
    );

    public static Task<Ride?> FindRide(this AppDbContext db, Guid rideId, CancellationToken cancellationToken) =>
        s_ride.Execute(db, rideId, cancellationToken);

    /// <summary>
    /// Returns the ride if it exists and the caller may see it: its rider, its current driver or any operator.
    /// </summary>
    public static async Task<Ride?> FindRide(
        this AppDbContext db,
        Guid rideId,
        Caller caller,
        CancellationToken cancellationToken
    )
    {
        var ride = await db.FindRide(rideId, cancellationToken);
        if (ride?.IsVisibleTo(caller) == true)
            return ride;
        if (caller.Is(Role.Driver))
            await db.RefuseIfAssignmentIsPending(rideId, ride, caller.Id, cancellationToken);
        return null;
    }

    /// <summary>Throws if the caller is the ride's driver by an assignment that has not reached the ride yet.</summary>
    /// <remarks>"Not found" would be wrong in that case.</remarks>
    public static async Task RefuseIfAssignmentIsPending(
        this AppDbContext db,
        Guid rideId,
        Ride? ride,
        string driverId,
        CancellationToken cancellationToken
    )
    {
        var assignments = await db.ReadStream<DriverAssigned>(rideId.ToString(), cancellationToken);
        if (
            assignments.Exists(assigned =>
                assigned.DriverId == driverId && ride?.EndedOffers.Contains(assigned.OfferId) != true
            )
        )
            throw new NotYetVisibleException("The ride is yours but not ready yet; retry shortly.");
    }

    public static bool IsOf(this Ride ride, Rider rider) => ride.RiderId.Equals(rider.Id, StringComparison.Ordinal);

    public static bool IsDrivenBy(this Ride ride, string driverId) =>
        driverId.Equals(ride.DriverId, StringComparison.Ordinal);

    public static bool IsOf(this Ride ride, Caller caller) =>
        caller.Is(Role.Rider) && ride.RiderId.Equals(caller.Id, StringComparison.Ordinal);

    static bool IsVisibleTo(this Ride ride, Caller caller) =>
        caller.Is(Role.Operator) || ride.IsOf(caller) || (caller.Is(Role.Driver) && ride.IsDrivenBy(caller.Id));
}
