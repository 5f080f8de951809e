using Microsoft.AspNetCore.Http.HttpResults;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.Idempotency;
using RideBooking.Platform.Persistence;

namespace RideBooking.Rides;

/// <summary>An operator's request to end or reassign a ride: the parameters that all such endpoints have.</summary>
internal sealed record OperatorRequest(
    Guid RideId,
    Operator By,
    IdempotentRequest Request,
    RideCommands Commands,
    AppDbContext Db,
    IOperatorActions Actions,
    TimeProvider Clock,
    CancellationToken CancellationToken
)
{
    /// <summary>Returns the time of the command.</summary>
    public DateTimeOffset Now() => Clock.GetUtcNow();

    /// <summary>Sends a command to the ride. The reason is stored with the operator's action.</summary>
    /// <param name="action">The action's name among operators' actions.</param>
    /// <param name="reason">The operator's reason.</param>
    /// <param name="command">Returns the command.</param>
    /// <param name="what">What the command does, for a refusal.</param>
    public async Task<Results<Accepted<RideView>, ProblemHttpResult>> Send<T>(
        string action,
        string reason,
        Func<Ride, T> command,
        string what
    )
        where T : class
    {
        if (await Db.FindRide(RideId, CancellationToken) is not { } known)
            return RideProblems.NoSuchRide();
        // Recorded before it is executed, so that no crash hides it.
        var recorded = await Actions.Record(action, RideId, By.Id, reason, CancellationToken);
        var outcome = await Commands.Send(RideId, Request, command(known), CancellationToken);
        if (!outcome.HadEffect)
            await Actions.Withdraw(recorded, CancellationToken);
        return outcome.Response(what);
    }
}
