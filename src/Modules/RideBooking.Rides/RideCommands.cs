using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using RideBooking.Platform.Http.Idempotency;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Rides;

/// <summary>Sends a request's command to the ride's state machine, in this process, and returns the outcome.</summary>
internal sealed class RideCommands(SagaCommandDispatcher<Ride> machine, AppDbContext db)
{
    /// <summary>Sends a command.</summary>
    /// <remarks>
    /// A repeat of an accepted request whose response was lost is accepted too: the inbox keeps it from the machine. A refused
    /// command leaves no inbox entry.
    /// </remarks>
    public Task<RideOutcome> Send<T>(
        Guid rideId,
        IdempotentRequest attempt,
        T command,
        CancellationToken cancellationToken
    )
        where T : class => Send(rideId, MessageId(attempt), command, cancellationToken);

    /// <summary>Sends a command under an id of its own.</summary>
    public async Task<RideOutcome> Send<T>(Guid rideId, Guid messageId, T command, CancellationToken cancellationToken)
        where T : class
    {
        var outcome = await machine.Send(command, messageId, cancellationToken);
        return outcome.Saga is Ride ride
            ? new RideOutcome(outcome.Accepted, outcome.HadEffect, ride, outcome.Refusal)
            : new RideOutcome(true, false, (await db.FindRide(rideId, cancellationToken))!, null);
    }

    /// <summary>Returns whether an earlier attempt at the request, whose response was lost, was accepted.</summary>
    public async Task<bool> WasAccepted(IdempotentRequest attempt, CancellationToken cancellationToken) =>
        attempt.MayBeARepeat
        && (await machine.AcceptedBefore(db, [MessageId(attempt)], cancellationToken)).Contains(MessageId(attempt));

    static Guid MessageId(IdempotentRequest attempt) => attempt.IdFor(IdempotentRequest.Command);
}

/// <summary>What came of a command.</summary>
/// <param name="Accepted">Whether it was accepted, now or by an earlier attempt at the request.</param>
/// <param name="HadEffect">Whether this command, and no earlier one, had the effect.</param>
/// <param name="Ride">The ride: as committed, or as the machine refused it.</param>
/// <param name="Refusal">Why it was refused, if not because of the ride's status.</param>
internal sealed record RideOutcome(bool Accepted, bool HadEffect, Ride Ride, Refusal? Refusal)
{
    /// <summary>Returns the response to the request.</summary>
    /// <param name="what">What the command does, for a refusal because of the ride's status.</param>
    /// <param name="code">The code of that refusal.</param>
    public Results<Accepted<RideView>, ProblemHttpResult> Response(
        string what,
        string code = RideProblems.InvalidTransition
    ) =>
        Accepted ? TypedResults.Accepted($"/api/v1/rides/{Ride.CorrelationId}", RideView.Of(Ride))
        : Refusal is not null ? Problem.Conflict(Refusal)
        : RideProblems.Refused(Ride, code, what);
}
