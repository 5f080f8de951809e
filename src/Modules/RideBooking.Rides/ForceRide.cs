using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Http;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.Idempotency;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Rides;

/// <summary>Completes a ride whose driver cannot. Sent by an operator.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="Reason">Why.</param>
/// <param name="DistanceMeters">
/// The distance, in metres, if the operator knows it. If null, the quote or the estimate is billed.
/// </param>
/// <param name="EstimatedSeconds">The estimated duration of the trip, in seconds: the maximum time that is billed.</param>
/// <param name="At">When.</param>
internal sealed record ForceComplete(
    Guid RideId,
    string Reason,
    int? DistanceMeters,
    int EstimatedSeconds,
    DateTimeOffset At
);

/// <summary>Cancels a ride that neither its rider nor its driver can end. Sent by an operator.</summary>
internal sealed record ForceCancel(Guid RideId, string Reason, DateTimeOffset At);

/// <summary>Lets an operator end a ride. The reason is stored in the audit log and on the ride.</summary>
internal static class ForceRide
{
    public static void Map(RouteGroupBuilder operators)
    {
        operators
            .MapPost("/operations/rides/{rideId:guid}/force-complete", Complete)
            .WithSummary("Complete a ride on behalf of its driver")
            .AnswersWhenHandled<RideCompleted, FareFinalized>()
            .WithDescription(
                "For a ride in progress. The rider pays the quoted fare, or the estimate; with distanceMeters a metered fare. "
                    + "The driver earns as usual and becomes available. Repeating it has no effect."
            )
            .Refuses(StatusCodes.Status404NotFound, RideProblems.RideNotFound)
            .Refuses(StatusCodes.Status409Conflict, RideProblems.InvalidTransition);
        operators
            .MapPost("/operations/rides/{rideId:guid}/force-cancel", Cancel)
            .WithSummary("Cancel an active ride")
            .AnswersWhenHandled<RideCancelled, CancellationFeeAssessed>()
            .WithDescription(
                "Possible until the ride ends, even with the rider aboard. Nothing is charged; the driver, if any, "
                    + "becomes available. Repeating it has no effect."
            )
            .Refuses(StatusCodes.Status404NotFound, RideProblems.RideNotFound)
            .Refuses(StatusCodes.Status409Conflict, RideProblems.InvalidTransition);
    }

    static Task<Results<Accepted<RideView>, ProblemHttpResult>> Complete(
        Guid rideId,
        Operator by,
        CompleteRequest asked,
        IdempotentRequest request,
        RideCommands commands,
        AppDbContext db,
        ITripPolicy trips,
        IOperatorAudit audit,
        TimeProvider clock,
        CancellationToken cancellationToken
    ) =>
        Force(
            rideId,
            by,
            "force-complete",
            asked.Reason.Trim(),
            ride => ride.Is() == RideStatus.InProgress,
            ride => new ForceComplete(
                rideId,
                asked.Reason.Trim(),
                asked.DistanceMeters,
                trips.Estimate(ride.Pickup, ride.Dropoff).DurationSeconds,
                clock.GetUtcNow()
            ),
            "Completing",
            request,
            commands,
            db,
            audit,
            cancellationToken
        );

    static Task<Results<Accepted<RideView>, ProblemHttpResult>> Cancel(
        Guid rideId,
        Operator by,
        CancelRequest asked,
        IdempotentRequest request,
        RideCommands commands,
        AppDbContext db,
        IOperatorAudit audit,
        TimeProvider clock,
        CancellationToken cancellationToken
    ) =>
        Force(
            rideId,
            by,
            "force-cancel",
            asked.Reason.Trim(),
            ride => ride.IsUnderWay(),
            _ => new ForceCancel(rideId, asked.Reason.Trim(), clock.GetUtcNow()),
            "Cancelling",
            request,
            commands,
            db,
            audit,
            cancellationToken
        );

    static async Task<Results<Accepted<RideView>, ProblemHttpResult>> Force<T>(
        Guid rideId,
        Operator by,
        string action,
        string reason,
        Func<Ride, bool> isPossible,
        Func<Ride, T> command,
        string what,
        IdempotentRequest request,
        RideCommands commands,
        AppDbContext db,
        IOperatorAudit audit,
        CancellationToken cancellationToken
    )
        where T : class
    {
        if (await db.FindRide(rideId, cancellationToken) is not { } known)
            return RideProblems.NotFound();
        // Audited before it is executed, so that no crash hides it. A repeat that changes nothing is not audited.
        if (isPossible(known))
            await audit.Record(action, rideId, by.Id, reason, cancellationToken);
        var (accepted, ride) = await commands.Send(rideId, request, command(known), cancellationToken);
        return accepted
            ? RideCommands.Accepted(ride!)
            : RideProblems.Refused(ride ?? known, RideProblems.InvalidTransition, what);
    }

    /// <param name="Reason">Why, 1 to 500 characters.</param>
    /// <param name="DistanceMeters">The distance, in metres, if known. If absent, the quote or the estimate is billed.</param>
    internal sealed record CompleteRequest(string Reason, int? DistanceMeters)
    {
        internal sealed class Validator : AbstractValidator<CompleteRequest>
        {
            public Validator()
            {
                RuleFor(complete => complete.Reason).Text(1, Ride.MaxReason);
                RuleFor(complete => complete.DistanceMeters)
                    .Must(meters => meters is null or (>= 0 and <= CompleteRideEndpoint.MaxMeters))
                    .WithMessage($"must be from 0 to {CompleteRideEndpoint.MaxMeters}");
            }
        }
    }

    /// <param name="Reason">Why, 1 to 500 characters.</param>
    internal sealed record CancelRequest(string Reason)
    {
        internal sealed class Validator : AbstractValidator<CancelRequest>
        {
            public Validator() => RuleFor(cancel => cancel.Reason).Text(1, Ride.MaxReason);
        }
    }
}
