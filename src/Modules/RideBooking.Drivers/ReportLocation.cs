using System.Globalization;
using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.OpenApi;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.Limits;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;
using RideBooking.Positions;

namespace RideBooking.Drivers;

/// <summary>Stores the driver's current position.</summary>
/// <remarks>
/// One statement in the common case, no event, no broker. Response headers say whether the report was used or is older than the
/// known position, so that no app is ignored silently.
/// </remarks>
internal static class ReportLocation
{
    public const string OutcomeHeader = "Location-Report";
    public const string SequenceHeader = "Location-Sequence";

    public static void Map(RouteGroupBuilder drivers) =>
        drivers
            .MapPut("/drivers/me/location", Handle)
            .InBulk()
            .WithSummary("Report your location")
            .WithDescription(
                "A report whose `sequence` is not greater than that of the known position is dropped, unless that position is "
                    + "more than 30 seconds old. `POST /drivers/me/shift` restarts the sequence. If a driver uses two apps with separate "
                    + "counters, `Location-Report: dropped` tells one that the other is ahead. A place too far away to be reached "
                    + "in time is refused, until three or more reports in a row have come from there for 10 seconds."
            )
            .Refuses(StatusCodes.Status422UnprocessableEntity, DriverProblems.ImplausibleLocation)
            .AddOpenApiOperationTransformer(
                (operation, _, _) =>
                {
                    if (operation.Responses?["204"] is OpenApiResponse response)
                        response.Headers = new Dictionary<string, IOpenApiHeader>
                        {
                            [OutcomeHeader] = Header(
                                "`used`, or `dropped` if a newer report is known.",
                                JsonSchemaType.String
                            ),
                            [SequenceHeader] = Header(
                                "The sequence of the known position; -1 at the start of a shift.",
                                JsonSchemaType.Integer
                            ),
                        };
                    return Task.CompletedTask;
                }
            );

    internal static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        Request request,
        Driver driver,
        AppDbContext db,
        DriversOptions options,
        TimeProvider clock,
        HttpResponse response,
        CancellationToken cancellationToken
    )
    {
        if (PositionRules.IsZero(request.Lat, request.Lng))
            return DriverProblems.NoPosition();
        var (outcome, sequence) = await db.RecordPosition(
            new DriverPosition
            {
                DriverId = driver.Id,
                Lat = request.Lat,
                Lng = request.Lng,
                Heading = request.Heading,
                Sequence = request.Sequence,
                At = clock.GetUtcNow(),
            },
            options.Positions,
            cancellationToken
        );
        response.Headers[OutcomeHeader] = outcome == ReportOutcome.Used ? "used" : "dropped";
        response.Headers[SequenceHeader] = sequence.ToString(CultureInfo.InvariantCulture);
        return outcome == ReportOutcome.Implausible
            ? Problem.Unprocessable(
                DriverProblems.ImplausibleLocation,
                "You cannot be there so soon after your last report, which remains your position. If you are there, keep "
                    + "reporting or restart the sequence with POST /api/v1/drivers/me/shift."
            )
            : TypedResults.NoContent();
    }

    static OpenApiHeader Header(string description, JsonSchemaType type) =>
        new()
        {
            Description = description,
            Schema = new OpenApiSchema { Type = type },
        };

    /// <param name="Lat">Degrees.</param>
    /// <param name="Lng">Degrees.</param>
    /// <param name="Heading">Degrees clockwise from north, 0 to 360.</param>
    /// <param name="Sequence">The app's counter of its reports, 0 to 9007199254740991. Each shift may restart it at 0.</param>
    internal sealed record Request(double Lat, double Lng, double? Heading, long Sequence)
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator()
            {
                RuleFor(request => request.Lat).Latitude();
                RuleFor(request => request.Lng).Longitude();
                RuleFor(request => request.Heading)
                    .Must(heading => heading is null or (>= 0 and <= 360))
                    .WithMessage("must be from 0 to 360 degrees");
                RuleFor(request => request.Sequence)
                    .Must(sequence => sequence >= 0)
                    .WithMessage("must not be negative");
                RuleFor(request => request.Sequence)
                    .Must(sequence => sequence <= PositionRules.MaxSequence)
                    .WithMessage($"must be at most {PositionRules.MaxSequence}");
            }
        }
    }
}
