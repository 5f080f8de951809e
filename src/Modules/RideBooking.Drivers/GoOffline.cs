using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Http;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Persistence;

namespace RideBooking.Drivers;

/// <summary>Ends the driver's shift, unless they have a ride.</summary>
/// <remarks>An unanswered offer is withdrawn in the same transaction, and its search continues.</remarks>
internal static class GoOffline
{
    public static void Map(RouteGroupBuilder drivers) =>
        drivers
            .MapDelete("/drivers/me/shift", Handle)
            .WithSummary("End the shift")
            .RespondsWhenHandled<DriverWentOffline, OfferExpired>()
            .Refuses(StatusCodes.Status409Conflict, DriverProblems.OnTrip, ProblemCode.ConcurrentUpdate);

    internal static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        Driver driver,
        AppDbContext db,
        IDriverReservations reservations,
        IPublishEndpoint publish,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var shiftId = await db.Set<DriverProfile>()
            .Where(row => row.DriverId == driver.Id)
            .Select(row => row.ShiftId)
            .SingleOrDefaultAsync(cancellationToken);
        if (shiftId is null)
            return TypedResults.NoContent();

        var rides = db.RidesOf(driver.Id);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var ended = await db.Set<DriverProfile>()
            .Where(row => row.DriverId == driver.Id && row.ShiftId == shiftId && !rides.Any())
            .ExecuteUpdateAsync(
                row =>
                    row.SetProperty(shift => shift.ShiftId, (Guid?)null)
                        .SetProperty(shift => shift.OnlineSince, (DateTimeOffset?)null),
                cancellationToken
            );
        var isFree = ended == 1 && await reservations.TryEndShift(driver.Id, shiftId.Value, cancellationToken);
        if (isFree)
        {
            await publish.Publish(
                new DriverWentOffline(driver.Id, shiftId.Value, ShiftEndReason.Driver, clock.GetUtcNow()),
                cancellationToken
            );
            try
            {
                await db.SaveChangesAsync(cancellationToken);
            }
            catch (DbUpdateException conflict) when (DatabaseConflicts.IsConflict(conflict))
            {
                // Matching is consuming the start of this very shift.
                throw new DbUpdateConcurrencyException("The start and the end of the shift conflicted.", conflict);
            }
            await transaction.CommitAsync(cancellationToken);
            return TypedResults.NoContent();
        }
        await transaction.RollbackAsync(cancellationToken);

        // If the driver has no ride, another request has ended the shift.
        return ended == 1 || await rides.AnyAsync(cancellationToken)
            ? Problem.Conflict(DriverProblems.OnTrip, "You have a ride: complete or release it first.")
            : TypedResults.NoContent();
    }
}
