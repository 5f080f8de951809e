using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using RideBooking.Platform.Http.Idempotency;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Rides;

/// <summary>Sends a request's command to the ride's state machine, in this process, and returns the result.</summary>
internal sealed class RideCommands(SagaCommandDispatcher<Ride> machine, AppDbContext db)
{
    /// <summary>
    /// Sends a command and returns whether it was accepted, with the ride: as committed, or as the machine refused it.
    /// </summary>
    /// <remarks>
    /// A repeat of an accepted request whose response was lost is accepted too: the inbox keeps it from the machine. A refused
    /// command leaves no inbox entry.
    /// </remarks>
    public async Task<(bool Accepted, Ride? Ride)> Send<T>(
        Guid rideId,
        IdempotentRequest request,
        T command,
        CancellationToken cancellationToken
    )
        where T : class
    {
        var outcome = await machine.Send(command, MessageId(request), cancellationToken);
        if (outcome.Saga is Ride ride)
            return (outcome.Accepted, ride);
        var known = await db.FindRide(rideId, cancellationToken);
        return (known is not null, known);
    }

    /// <summary>Returns whether an earlier attempt at the request, whose response was lost, was accepted.</summary>
    public async Task<bool> WasAccepted(IdempotentRequest request, CancellationToken cancellationToken) =>
        request.MayBeARepeat
        && (await machine.AcceptedBefore(db, [MessageId(request)], cancellationToken)).Contains(MessageId(request));

    public static Accepted<RideView> Accepted(Ride ride) =>
        TypedResults.Accepted($"/api/v1/rides/{ride.CorrelationId}", RideView.Of(ride));

    static Guid MessageId(IdempotentRequest request) => request.IdFor(IdempotentRequest.Command);
}
