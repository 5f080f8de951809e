using System.Linq.Expressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Rides;

/// <summary>Lists the caller's rides, newest first.</summary>
/// <remarks>No two rides of a caller begin in the same microsecond, so the time the ride began is a unique sort key.</remarks>
internal static class ListRides
{
    const string StatusFilter = "Filter by status (status=inProgress).";

    public static void MapForRiders(RouteGroupBuilder riders) =>
        riders.MapGet("/rides", HandleRider).WithSummary("List your rides, newest first").WithDescription(StatusFilter);

    public static void MapForDrivers(RouteGroupBuilder drivers) =>
        drivers
            .MapGet("/drivers/me/rides", HandleDriver)
            .WithSummary("List your rides as a driver, newest first")
            .WithDescription(StatusFilter);

    static Task<Results<Ok<Page<RideView>>, ProblemHttpResult>> HandleRider(
        string? status,
        PageRequest page,
        Rider rider,
        AppDbContext db,
        CancellationToken cancellationToken
    ) =>
        List(
            db.Set<Ride>().Where(ride => ride.RiderId == rider.Id),
            ride => ride.RequestedAt,
            before => ride => ride.RequestedAt < before,
            status,
            page,
            cancellationToken
        );

    static Task<Results<Ok<Page<RideView>>, ProblemHttpResult>> HandleDriver(
        string? status,
        PageRequest page,
        Driver driver,
        AppDbContext db,
        CancellationToken cancellationToken
    ) =>
        List(
            db.Set<Ride>().Where(ride => ride.DriverId == driver.Id && ride.AssignedAt != null),
            ride => ride.AssignedAt!.Value,
            before => ride => ride.AssignedAt < before,
            status,
            page,
            cancellationToken
        );

    static async Task<Results<Ok<Page<RideView>>, ProblemHttpResult>> List(
        IQueryable<Ride> rides,
        Expression<Func<Ride, DateTimeOffset>> began,
        Func<DateTimeOffset, Expression<Func<Ride, bool>>> beganBefore,
        string? status,
        PageRequest page,
        CancellationToken cancellationToken
    )
    {
        if (status is not null)
        {
            if (!RideStatuses.Spellings.Contains(status))
                return Problem.Validation("status", $"must be one of: {string.Join(", ", RideStatuses.Spellings)}");
            var state = Enum.Parse<RideStatus>(status, ignoreCase: true).ToString();
            rides = rides.Where(ride => ride.Status == state);
        }
        if (page.TryAfter<DateTimeOffset>(out var last))
            rides = rides.Where(beganBefore(last));
        var rows = await rides.AsNoTracking().OrderByDescending(began).Take(page.Fetch).ToListAsync(cancellationToken);
        return TypedResults.Ok(page.Of(rows, began.Compile(), RideView.Of));
    }
}
