using MassTransit;
using RideBooking.Contracts;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Matching;

/// <summary>Records the new destination of a ride, so that offers and drivers see it.</summary>
[RepeatIsSafe("The changes of a ride are numbered, and only a later one is recorded.")]
internal sealed class FollowDestination(AppDbContext db) : IConsumer<DestinationChanged>
{
    public async Task Consume(ConsumeContext<DestinationChanged> context)
    {
        // The message is retried and redelivered until the request has been consumed, too.
        var search =
            await db.TakeSearch(context.Message.RideId, context.CancellationToken)
            ?? throw new InvalidOperationException($"The request of ride {context.Message.RideId} is not known yet.");
        if (search.Status != SearchStatus.Ended)
            search.Redirect(context.Message);
    }
}
