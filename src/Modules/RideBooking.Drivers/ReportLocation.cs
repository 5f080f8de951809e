using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.Platform.Http;
using RideBooking.Platform.Persistence;
using RideBooking.Platform.Positions;

namespace RideBooking.Drivers;

/// <param name="Lat">Degrees.</param>
/// <param name="Lng">Degrees.</param>
/// <param name="Heading">Degrees clockwise from north, 0 to 360.</param>
/// <param name="Sequence">The app's count of its reports; each shift may begin again at 0.</param>
internal sealed record ReportLocationRequest(double Lat, double Lng, double? Heading, long Sequence)
{
    internal sealed class Validator : AbstractValidator<ReportLocationRequest>
    {
        public Validator()
        {
            RuleFor(report => report.Lat).Latitude();
            RuleFor(report => report.Lng).Longitude();
            RuleFor(report => report.Heading)
                .Must(heading => heading is null or (>= 0 and <= 360))
                .WithMessage("must be from 0 to 360 degrees");
            RuleFor(report => report.Sequence).Must(sequence => sequence >= 0).WithMessage("must not be negative");
        }
    }
}

/// <summary>Where the driver is now. Straight into the hot store: one statement, no event, no broker.</summary>
internal static class ReportLocation
{
    public static void Map(RouteGroupBuilder drivers) =>
        drivers
            .MapPut("/drivers/me/location", Handle)
            .InBulk()
            .WithSummary("Say where you are; an older report is dropped.");

    internal static async Task<NoContent> Handle(
        ReportLocationRequest report,
        Driver driver,
        AppDbContext db,
        TimeProvider clock,
        CancellationToken stop
    )
    {
        await db.RecordPosition(
            new DriverPosition
            {
                DriverId = driver.Id,
                Lat = report.Lat,
                Lng = report.Lng,
                Heading = report.Heading,
                Sequence = report.Sequence,
                At = clock.GetUtcNow(),
            },
            stop
        );
        return TypedResults.NoContent();
    }
}
