using MassTransit;
using MassTransit.RabbitMqTransport;
using RabbitMQ.Client;
using RideBooking.Platform.Messaging.RabbitMq;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Messaging.Failures;

/// <summary>Returns messages to their RabbitMQ queue after a few seconds each while the database is unavailable.</summary>
/// <remarks>
/// However long the outage lasts, no message is held until the broker's consumer timeout, and none moves closer to an error
/// queue. A message is returned as a copy behind the others, confirmed before the original is acknowledged. Rejecting it would
/// count as an unanswered delivery, of which a queue permits <see cref="RabbitMqTopology.DeliveryLimit"/>. If the process dies
/// between the two steps, the message exists twice, and the inbox drops the duplicate.
/// </remarks>
internal sealed class ReturnDuringOutage(DatabaseWatch database) : IMessageFilter
{
    /// <summary>How long a message is held in case the outage is short.</summary>
    public static readonly TimeSpan HoldFor = TimeSpan.FromSeconds(3);

    public async Task Handle<T>(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
        where T : class
    {
        if (await MayTry(context))
            try
            {
                await next.Send(context);
                database.Available();
                return;
            }
            catch (Exception outage) when (DatabaseOutage.Matches(outage))
            {
                database.Unavailable(outage);
            }
        await Return(context.ReceiveContext);
        await context.NotifyConsumed(context.ReceiveContext.ElapsedTime, nameof(ReturnDuringOutage));
    }

    async Task<bool> MayTry(ConsumeContext context)
    {
        while (!database.MayTry())
        {
            var left = HoldFor - context.ReceiveContext.ElapsedTime;
            if (left <= TimeSpan.Zero)
                return false;
            await database.WaitUntilAvailable(left, context.CancellationToken);
            context.CancellationToken.ThrowIfCancellationRequested();
        }
        return true;
    }

    static async Task Return(ReceiveContext received)
    {
        var delivery = received.GetPayload<RabbitMqBasicConsumeContext>();
        var properties = new BasicProperties(delivery.Properties);
        // The broker accepts a user id only from the user with that name.
        properties.ClearUserId();
        if (properties.Headers is { } headers)
            properties.Headers = headers
                .Where(header => header.Key != "x-delivery-count")
                .ToDictionary(header => header.Key, header => header.Value);
        // The exchange with the queue's own name, so that the routing key stays the same.
        await received
            .GetPayload<ChannelContext>()
            .BasicPublishAsync(
                received.InputAddress.LastPart(),
                delivery.RoutingKey ?? "",
                mandatory: true,
                properties,
                received.GetBody(),
                awaitAck: true,
                CancellationToken.None
            );
    }
}
