using MassTransit;
using MassTransit.RabbitMqTransport;
using RabbitMQ.Client;
using RideBooking.Platform.Observability;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Messaging;

/// <summary>
/// On RabbitMQ, gives messages back to their queue while the database is unavailable, after a few seconds each. Nothing is held
/// for so long that the broker would take it for lost (its consumer timeout), however long the outage lasts, and nothing comes
/// nearer to an error queue.
/// </summary>
/// <remarks>
/// A message is given back as a copy behind the others, confirmed before the original is acknowledged. Rejecting it would
/// count as a delivery without an answer, of which a queue permits <see cref="RabbitMqTopology.DeliveryLimit"/>. A process
/// that dies between the two leaves the message twice, which the inbox drops.
/// </remarks>
internal sealed class ReturnDuringOutage(DatabaseWatch database) : IMessageFilter
{
    /// <summary>How long a message is held in the hope that the outage is short.</summary>
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
        // The broker takes it from the user of that name only.
        properties.ClearUserId();
        if (properties.Headers is { } headers)
            properties.Headers = headers
                .Where(header => header.Key != "x-delivery-count")
                .ToDictionary(header => header.Key, header => header.Value);
        // The exchange of the queue's own name, for the routing key to stay what it was.
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
