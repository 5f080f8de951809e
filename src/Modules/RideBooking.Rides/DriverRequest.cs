using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Logging;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.Idempotency;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Persistence;

namespace RideBooking.Rides;

/// <summary>A driver's request to send a command to a ride: the parameters that all such endpoints have.</summary>
internal sealed record DriverRequest(
    Guid RideId,
    Driver Driver,
    IdempotentRequest Request,
    RideCommands Commands,
    AppDbContext Db,
    TimeProvider Clock,
    ILogger<DriverRequest> Logger,
    CancellationToken CancellationToken
)
{
    public string DriverId => Driver.Id;

    /// <summary>Returns the time of the command.</summary>
    public DateTimeOffset Now() => Clock.GetUtcNow();

    /// <summary>Returns the driver's last position; null when there is none.</summary>
    public Task<DriverFix?> Position() => Db.FixOf(DriverId, CancellationToken);

    /// <summary>Sends the command to the ride.</summary>
    /// <remarks>
    /// To any other driver the ride does not exist, and to its own driver not before the assignment. That is checked first,
    /// because after a refusal a check may find that the assignment has arrived in the meantime.
    /// </remarks>
    /// <param name="command">The command.</param>
    /// <param name="what">What the command does, for a refusal.</param>
    public async Task<Results<Accepted<RideView>, ProblemHttpResult>> Send<T>(T command, string what)
        where T : class, IDriverCommand
    {
        var known = await Db.FindRide(RideId, CancellationToken);
        if (!await IsDriver(known))
            return RideProblems.NoSuchRide();

        var outcome = await Commands.Send(RideId, Request, command, CancellationToken);
        if (outcome.Accepted)
            foreach (var flag in outcome.Ride.Flags.Skip(known!.Flags.Count))
                Logger.LogWarning(
                    "Ride {RideId} is flagged {Flag}, reported by driver {DriverId}: {Reason}",
                    RideId,
                    flag.Code,
                    flag.DriverId,
                    flag.Reason
                );
        return outcome.Accepted || outcome.Ride.IsDrivenBy(DriverId)
            ? outcome.Response(what)
            : RideProblems.NoSuchRide();
    }

    /// <summary>Counts a wrong PIN, and refuses the request for it.</summary>
    /// <remarks>
    /// The id of the command depends on the PIN: another guess with the same Idempotency-Key counts, and the right PIN is no
    /// duplicate of a wrong one.
    /// </remarks>
    /// <param name="command">The command.</param>
    /// <param name="pin">The PIN.</param>
    /// <param name="what">What the request does, for a refusal because of the ride's status.</param>
    public async Task<Results<Accepted<RideView>, ProblemHttpResult>> SendWrongPin(
        RecordWrongPin command,
        string pin,
        string what
    )
    {
        if (!await IsDriver(await Db.FindRide(RideId, CancellationToken)))
            return RideProblems.NoSuchRide();
        var outcome = await Commands.Send(RideId, Request.IdFor($"wrong-pin/{pin}"), command, CancellationToken);
        return !outcome.Ride.IsDrivenBy(DriverId) ? RideProblems.NoSuchRide()
            : outcome.Accepted
                ? Problem.Conflict(RideProblems.PinIsWrong(RideRules.MaxWrongPins - outcome.Ride.WrongPins))
            : outcome.Response(what);
    }

    async Task<bool> IsDriver(Ride? known)
    {
        if (known is not null && (known.IsDrivenBy(DriverId) || await Commands.WasAccepted(Request, CancellationToken)))
            return true;
        await Db.RefuseIfAssignmentIsPending(RideId, known, DriverId, CancellationToken);
        return false;
    }
}
