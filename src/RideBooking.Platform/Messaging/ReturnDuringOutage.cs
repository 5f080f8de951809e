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
internal sealed class ReturnDuringOutage(DatabaseWatch database) : IAroundMessages
{
    /// <summary>How long a message is held in the hope that the outage is short.</summary>
    public static readonly TimeSpan HoldFor = TimeSpan.FromSeconds(3);

    /// <summary>
    /// A statement that always times out looks like an outage. Where the database answers others, its message is given back so
    /// often and then fails like any other.
    /// </summary>
    public const int MaxReturns = 5;

    public async Task Handle<T>(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
        where T : class
    {
        var returns = context.ReceiveContext.TransportHeaders.Get<int>(ReturnCount.Header) ?? 0;
        if (await MayTry(context))
            try
            {
                await next.Send(context);
                database.Available();
                return;
            }
            catch (Exception outage) when (DatabaseOutage.Explains(outage))
            {
                if (DatabaseOutage.MayBeOfOneStatement(outage) && await database.Answers(context.CancellationToken))
                    returns++;
                else
                    database.Unavailable(outage);
                if (returns > MaxReturns)
                    throw;
            }
        await Return(context.ReceiveContext, returns);
        await context.NotifyConsumed(context.ReceiveContext.ElapsedTime, nameof(ReturnDuringOutage));
    }

    async Task<bool> MayTry(ConsumeContext context)
    {
        while (!database.MayTry())
        {
            var left = HoldFor - context.ReceiveContext.ElapsedTime;
            if (left <= TimeSpan.Zero)
                return false;
            await database.BackWithin(left, context.CancellationToken);
            context.CancellationToken.ThrowIfCancellationRequested();
        }
        return true;
    }

    static async Task Return(ReceiveContext received, int returns)
    {
        var delivery = received.GetPayload<RabbitMqBasicConsumeContext>();
        var properties = new BasicProperties(delivery.Properties);
        if (properties.Headers is { } headers)
            properties.Headers = headers
                .Where(header => header.Key != "x-delivery-count")
                .ToDictionary(header => header.Key, header => header.Value);
        if (returns > 0)
            (properties.Headers ??= new Dictionary<string, object?>())[ReturnCount.Header] = returns;
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

/// <summary>How often a message was given back although the database was available.</summary>
public static class ReturnCount
{
    /// <summary>The transport header with the number.</summary>
    public const string Header = "RideBooking-Returns";
}
