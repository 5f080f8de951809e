using MassTransit;
using RideBooking.Contracts;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Matching;

/// <summary>Begins the search for the driver of a ride that was booked ahead.</summary>
[RepeatIsSafe("Only a search that has not started is started.")]
internal sealed class StartBookedSearch(AppDbContext db) : IConsumer<RideSearchStarted>
{
    public async Task Consume(ConsumeContext<RideSearchStarted> context)
    {
        var started = context.Message;
        // The message is retried and redelivered until the request has been consumed, too.
        var search =
            await db.TakeSearch(started.RideId, context.CancellationToken)
            ?? throw new InvalidOperationException($"The request of ride {started.RideId} is not known yet.");
        if (search.Status != SearchStatus.Booked)
            return;
        search.Start(started.At);
        await context.Publish(new SearchReopened(started.RideId));
    }
}
