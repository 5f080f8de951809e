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

    public static Accepted<RideView> Accepted(Ride ride) =>
        TypedResults.Accepted($"/api/v1/rides/{ride.CorrelationId}", RideView.Of(ride));

    public static Guid MessageId(IdempotentRequest request) => request.IdFor(IdempotentRequest.Command);
}
