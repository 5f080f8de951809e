using FluentValidation;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Http;
using RideBooking.Platform.Persistence;
using RideBooking.Platform.Positions;

namespace RideBooking.Drivers;

/// <param name="Location">Where the driver is.</param>
internal sealed record GoOnlineRequest(Place Location)
{
    internal sealed class Validator : AbstractValidator<GoOnlineRequest>
    {
        public Validator() => RuleFor(request => request.Location).OnTheMap();
    }
}

/// <summary>The shift that is on.</summary>
internal sealed record ShiftView(Guid ShiftId, DateTimeOffset OnlineSince);

/// <summary>
/// A driver comes on duty. Again while on duty answers the same shift; either way the location is the driver's position and the
/// sequences of reports begin again, so that an app that was restarted is heard.
/// </summary>
internal static class GoOnline
{
    public static void Map(RouteGroupBuilder drivers) =>
        drivers
            .MapPost("/drivers/me/shift", Handle)
            .WithSummary("Come on duty, or begin the sequences of location reports again.")
            .AnswersWhenHandled<DriverWentOnline>()
            .Refuses(StatusCodes.Status422UnprocessableEntity, ReportLocation.Implausible)
            .Refuses(StatusCodes.Status409Conflict, "profile_required", ProblemCode.ConcurrentUpdate);

    internal static async Task<Results<Ok<ShiftView>, ProblemHttpResult>> Handle(
        GoOnlineRequest request,
        Driver driver,
        AppDbContext db,
        IPublishEndpoint publish,
        TimeProvider clock,
        CancellationToken stop
    )
    {
        if (PositionRules.IsNowhere(request.Location.Lat, request.Location.Lng))
            return ReportLocation.Nowhere();
        var profile = await Profile(db, driver, stop);
        if (profile is null)
            return Problem.Conflict("profile_required", "Save your profile first: PUT /api/v1/drivers/me.");

        // Before the shift, so that its consumers find the driver where they are.
        var now = clock.GetUtcNow();
        await db.RestartPosition(At(request.Location, driver, now), stop);
        if (profile.ShiftId is null)
        {
            var shiftId = Guid.CreateVersion7(now);
            await using var transaction = await db.Database.BeginTransactionAsync(stop);
            var began = await db.Set<DriverProfile>()
                .Where(row => row.DriverId == driver.Id && row.ShiftId == null)
                .ExecuteUpdateAsync(
                    row =>
                        row.SetProperty(shift => shift.ShiftId, shiftId).SetProperty(shift => shift.OnlineSince, now),
                    stop
                );
            if (began == 1)
            {
                await publish.Publish(
                    new DriverWentOnline(driver.Id, shiftId, profile.Name, profile.Vehicle, request.Location, now),
                    stop
                );
                await db.SaveChangesAsync(stop);
                await transaction.CommitAsync(stop);
                return TypedResults.Ok(new ShiftView(shiftId, now));
            }
            await transaction.RollbackAsync(stop);
            profile = (await Profile(db, driver, stop))!;
        }

        // Off again in the very moment in which the other request had put him on: the client knows best what to do.
        return profile is { ShiftId: { } current, OnlineSince: { } since }
            ? TypedResults.Ok(new ShiftView(current, since))
            : Problem.Conflict(ProblemCode.ConcurrentUpdate, "The shift ended in the same moment. Repeat.");
    }

    static Task<DriverProfile?> Profile(AppDbContext db, Driver driver, CancellationToken stop) =>
        db.Set<DriverProfile>().AsNoTracking().SingleOrDefaultAsync(row => row.DriverId == driver.Id, stop);

    static DriverPosition At(Place location, Driver driver, DateTimeOffset now) =>
        new()
        {
            DriverId = driver.Id,
            Lat = location.Lat,
            Lng = location.Lng,
            At = now,
        };
}
