using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Http;
using RideBooking.Platform.Persistence;

namespace RideBooking.Drivers;

/// <summary>
/// A driver goes off duty, unless a ride is his. An offer he has not answered goes to somebody else. A ride he accepted so
/// recently that this module has not heard of it stays his: he is off duty and brings it to its end.
/// </summary>
internal static class GoOffline
{
    public static void Map(RouteGroupBuilder drivers) =>
        drivers
            .MapDelete("/drivers/me/shift", Handle)
            .WithSummary("Go off duty.")
            .ProducesProblem(StatusCodes.Status409Conflict);

    internal static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        Driver driver,
        AppDbContext db,
        IPublishEndpoint publish,
        TimeProvider clock,
        CancellationToken stop
    )
    {
        var shiftId = await db.Set<DriverProfile>()
            .Where(row => row.DriverId == driver.Id)
            .Select(row => row.ShiftId)
            .SingleOrDefaultAsync(stop);
        if (shiftId is null)
            return TypedResults.NoContent();

        var rides = db.RidesOf(driver.Id);
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        var ended = await db.Set<DriverProfile>()
            .Where(row => row.DriverId == driver.Id && row.ShiftId == shiftId && !rides.Any())
            .ExecuteUpdateAsync(
                row =>
                    row.SetProperty(shift => shift.ShiftId, (Guid?)null)
                        .SetProperty(shift => shift.OnlineSince, (DateTimeOffset?)null),
                stop
            );
        if (ended == 1)
        {
            await publish.Publish(new DriverWentOffline(driver.Id, shiftId.Value, "driver", clock.GetUtcNow()), stop);
            await db.SaveChangesAsync(stop);
            await transaction.CommitAsync(stop);
            return TypedResults.NoContent();
        }
        await transaction.RollbackAsync(stop);

        // If it is not a ride that keeps him, he pressed twice and the other request has ended the shift.
        return await rides.AnyAsync(stop)
            ? Problem.Conflict("on_trip", "You have a ride: complete or release it first.")
            : TypedResults.NoContent();
    }
}
