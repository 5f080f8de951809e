using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Logging;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.Idempotency;
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
        if (known is null || (!known.IsDrivenBy(DriverId) && !await Commands.WasAccepted(Request, CancellationToken)))
        {
            await Db.RefuseIfAssignmentIsPending(RideId, known, DriverId, CancellationToken);
            return RideProblems.NoSuchRide();
        }

        var outcome = await Commands.Send(RideId, Request, command, CancellationToken);
        if (outcome.Accepted)
            foreach (var flag in outcome.Ride.Flags.Skip(known.Flags.Count))
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
}
