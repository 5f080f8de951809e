using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Http;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Problems;

namespace RideBooking.Rides;

/// <summary>Completes the ride: the rider has reached the destination.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="DriverId">Its driver.</param>
/// <param name="DistanceMeters">What the driver's app measured, metres.</param>
/// <param name="Tolls">What the driver paid on the way.</param>
/// <param name="At">When.</param>
/// <param name="Position">The last position the driver's phone reported.</param>
internal sealed record CompleteRide(
    Guid RideId,
    string DriverId,
    int? DistanceMeters,
    Money? Tolls,
    DateTimeOffset At,
    DriverFix? Position = null
) : IDriverCommand;

internal static class CompleteRideEndpoint
{
    public const int MaxMeters = 10_000_000;

    public static void Map(RouteGroupBuilder drivers) =>
        drivers
            .MapDriverCommand("complete", Handle)
            .WithSummary("Complete the ride")
            .RespondsWhenHandled<RideCompleted, FareFinalized>()
            .WithDescription(
                "The fare is computed and charged; see the ride's payment. An implausible distance is flagged, and the "
                    + "estimate is billed. The operator of this service may have configured that a report from outside the "
                    + "geofence of the dropoff is flagged or refused."
            )
            .Refuses(
                StatusCodes.Status409Conflict,
                RideProblems.InvalidTransition,
                RideProblems.ImplausibleReport,
                RideProblems.NotAtDropoff,
                RideProblems.PositionNotFresh
            );

    static async Task<Results<Accepted<RideView>, ProblemHttpResult>> Handle(
        [AsParameters] DriverRequest parameters,
        Request? request,
        ITollRules tollRules
    )
    {
        // Which tolls the fare may contain depends on the tariff, and the tariff on when the ride started. Most rides have no
        // tolls.
        if (
            request?.Tolls is { } tolls
            && await parameters.Db.FindRide(parameters.RideId, parameters.CancellationToken)
                is { StartedAt: { } startedAt } ride
            && ride.IsDrivenBy(parameters.DriverId)
            && await tollRules.Refusal(parameters.RideId, tolls, startedAt, parameters.CancellationToken) is { } refusal
        )
            return Problem.Validation("tolls", refusal);
        return await parameters.Send(
            new CompleteRide(
                parameters.RideId,
                parameters.DriverId,
                request?.DistanceMeters,
                request?.Tolls,
                parameters.Now(),
                await parameters.Position()
            ),
            "Completing"
        );
    }

    /// <param name="DistanceMeters">The distance the app measured, in metres. If absent, the estimate is billed.</param>
    /// <param name="Tolls">The tolls you paid, in the currency of the fare. You are reimbursed in full.</param>
    internal sealed record Request(int? DistanceMeters, Money? Tolls)
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            const decimal MaxTolls = 1_000_000m; // enough for any currency; the tariff sets the limit of its own

            public Validator()
            {
                RuleFor(request => request.DistanceMeters)
                    .Must(meters => meters is null or (>= 0 and <= MaxMeters))
                    .WithMessage($"must be from 0 to {MaxMeters}");
                RuleFor(request => request.Tolls)
                    .Must(tolls => tolls is null or { Amount: >= 0 and <= MaxTolls })
                    .WithMessage($"must be from 0 to {MaxTolls}")
                    .Must(tolls => tolls is null || tolls.IsInMinorUnits())
                    .WithMessage("must have no more decimals than its currency");
            }
        }
    }
}
