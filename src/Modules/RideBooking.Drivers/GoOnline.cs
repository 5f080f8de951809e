using FluentValidation;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Http;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;
using RideBooking.Positions;

namespace RideBooking.Drivers;

/// <summary>Starts the driver's shift, or returns the current one if they are on duty.</summary>
/// <remarks>
/// In both cases the location becomes the driver's position and the sequence of location reports restarts, so that the reports
/// of a restarted app are used.
/// </remarks>
internal static class GoOnline
{
    public static void Map(RouteGroupBuilder drivers) =>
        drivers
            .MapPost("/drivers/me/shift", Handle)
            .WithSummary("Start a shift, or restart the sequence of location reports")
            .RespondsWhenHandled<DriverWentOnline>()
            .Refuses(StatusCodes.Status409Conflict, DriverProblems.ProfileRequired, ProblemCode.ConcurrentUpdate)
            .Refuses(StatusCodes.Status422UnprocessableEntity, DriverProblems.ImplausibleLocation);

    internal static async Task<Results<Ok<ShiftView>, ProblemHttpResult>> Handle(
        Request request,
        Driver driver,
        AppDbContext db,
        IPublishEndpoint publish,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        if (PositionRules.IsZero(request.Location.Lat, request.Location.Lng))
            return DriverProblems.NoPosition();
        var profile = await Profile(db, driver, cancellationToken);
        if (profile is null)
            return DriverProblems.NoProfile();

        // Before the shift, so that consumers of its start find the driver's position.
        var now = clock.GetUtcNow();
        await db.RestartPosition(At(request.Location, driver, now), cancellationToken);
        if (profile.ShiftId is null)
        {
            var shiftId = Guid.CreateVersion7(now);
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            var began = await db.Set<DriverProfile>()
                .Where(row => row.DriverId == driver.Id && row.ShiftId == null)
                .ExecuteUpdateAsync(
                    row =>
                        row.SetProperty(shift => shift.ShiftId, shiftId).SetProperty(shift => shift.OnlineSince, now),
                    cancellationToken
                );
            if (began == 1)
            {
                await publish.Publish(
                    new DriverWentOnline(driver.Id, shiftId, profile.Name, profile.Vehicle, request.Location, now),
                    cancellationToken
                );
                await db.SaveChangesAsync(cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                return TypedResults.Ok(new ShiftView(shiftId, now));
            }
            await transaction.RollbackAsync(cancellationToken);
            profile = (await Profile(db, driver, cancellationToken))!;
        }

        // Another request ended the shift while this one started it: the client decides what to do.
        return profile is { ShiftId: { } current, OnlineSince: { } since }
            ? TypedResults.Ok(new ShiftView(current, since))
            : Problem.Conflict(ProblemCode.ConcurrentUpdate, "The shift ended at the same moment. Retry.");
    }

    static Task<DriverProfile?> Profile(AppDbContext db, Driver driver, CancellationToken cancellationToken) =>
        db.Set<DriverProfile>()
            .AsNoTracking()
            .SingleOrDefaultAsync(row => row.DriverId == driver.Id, cancellationToken);

    static DriverPosition At(Place location, Driver driver, DateTimeOffset now) =>
        new()
        {
            DriverId = driver.Id,
            Lat = location.Lat,
            Lng = location.Lng,
            At = now,
        };

    /// <param name="Location">The driver's position.</param>
    internal sealed record Request(Place Location)
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator() => RuleFor(request => request.Location).OnTheMap();
        }
    }
}
