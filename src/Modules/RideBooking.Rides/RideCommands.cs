using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Logging;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.Idempotency;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Rides;

/// <summary>Sends a request's command to the ride's state machine, in this process, and returns the result.</summary>
internal sealed class RideCommands(SagaCommandDispatcher<Ride> machine, AppDbContext db, ILogger<RideCommands> log)
{
    /// <summary>
    /// Sends a command and returns whether it was accepted, with the ride: as committed, or as the machine refused it.
    /// </summary>
    /// <remarks>
    /// A repeat of an accepted request whose response was lost is accepted too: the inbox keeps it from the machine, and the ride
    /// remembers the command.
    /// </remarks>
    public async Task<(bool Accepted, Ride? Ride)> Send<T>(
        Guid rideId,
        IdempotentRequest request,
        T command,
        CancellationToken cancellationToken
    )
        where T : class
    {
        var messageId = MessageId(request);
        var outcome = await machine.Send(command, messageId, cancellationToken);
        var ride = outcome.Saga as Ride ?? await db.FindRide(rideId, cancellationToken);
        return (outcome.Accepted || ride?.LastCommandId == messageId, ride);
    }

    /// <summary>Sends a driver's command to a ride.</summary>
    /// <remarks>
    /// To any other driver the ride does not exist, and to its own driver not before the assignment. That is checked first,
    /// because after a refusal a check may find that the assignment has arrived in the meantime.
    /// </remarks>
    public async Task<Results<Accepted<RideView>, ProblemHttpResult>> SendFromDriver<T>(
        Guid rideId,
        Driver driver,
        IdempotentRequest request,
        T command,
        Func<Ride, ProblemHttpResult> refusal,
        CancellationToken cancellationToken
    )
        where T : class, IDriverCommand
    {
        var known = await db.FindRide(rideId, cancellationToken);
        if (known is null || (!known.IsDrivenBy(driver.Id) && known.LastCommandId != MessageId(request)))
        {
            await db.RefuseIfAssignmentIsPending(rideId, known, driver.Id, cancellationToken);
            return RideProblems.NotFound();
        }

        var (accepted, ride) = await Send(rideId, request, command, cancellationToken);
        if (accepted)
            foreach (var flag in ride!.Flags.Skip(known.Flags.Count))
                log.LogWarning(
                    "Ride {RideId} is flagged {Flag}, reported by driver {DriverId}: {Reason}",
                    rideId,
                    flag.Code,
                    flag.DriverId,
                    flag.Reason
                );
        return accepted ? Accepted(ride!)
            : ride?.IsDrivenBy(driver.Id) == true ? refusal(ride)
            : RideProblems.NotFound();
    }

    public static Accepted<RideView> Accepted(Ride ride) =>
        TypedResults.Accepted($"/api/v1/rides/{ride.CorrelationId}", RideView.Of(ride));

    static Guid MessageId(IdempotentRequest request) => request.IdFor(IdempotentRequest.Command);
}
