using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Persistence;

namespace RideBooking.Rides;

/// <summary>Returns what cancelling now would cost.</summary>
internal static class PreviewCancellation
{
    public static void Map(RouteGroupBuilder riders) =>
        riders
            .MapGet("/rides/{rideId:guid}/cancellation-preview", Handle)
            .WithSummary("Preview the cancellation fee")
            .Refuses(StatusCodes.Status404NotFound, RideProblems.RideNotFound)
            .Refuses(StatusCodes.Status409Conflict, RideProblems.NotCancellable);

    static async Task<Results<Ok<View>, ProblemHttpResult>> Handle(
        Guid rideId,
        Rider rider,
        AppDbContext db,
        ICancellationFees fees,
        RideTimes times,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        if (await db.FindRide(rideId, cancellationToken) is not { } ride || !ride.IsOf(rider))
            return RideProblems.NoSuchRide();
        if (ride.Is() is not (RideStatus.Requested or RideStatus.DriverAssigned or RideStatus.DriverArrived))
            return RideProblems.Refused(ride, RideProblems.NotCancellable, "Cancelling");

        var price = await fees.Of(ride.CancelledByRider("", clock.GetUtcNow(), times), cancellationToken);
        var freeUntil = ride.Is() == RideStatus.DriverAssigned ? ride.AssignedAt + times.FreeCancellation : null;
        return TypedResults.Ok(new View(price.Amount.Amount == 0, price.Amount, freeUntil, price.WaiverReason));
    }

    /// <param name="Free">Whether cancelling is free.</param>
    /// <param name="Fee">The fee.</param>
    /// <param name="FreeUntil">
    /// When the free period ends, while a driver is on the way. Without a driver, cancelling is always free.
    /// </param>
    /// <param name="WaiverReason">
    /// Why cancelling is free: <c>noDriverAssigned</c>, <c>withinFreePeriod</c> or <c>driverLate</c>.
    /// </param>
    internal sealed record View(bool Free, Money Fee, DateTimeOffset? FreeUntil, string? WaiverReason);
}
