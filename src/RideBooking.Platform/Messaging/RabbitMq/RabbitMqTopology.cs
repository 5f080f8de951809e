using MassTransit;
using MassTransit.Configuration;
using RideBooking.Platform.Messaging.Partitions;

namespace RideBooking.Platform.Messaging.RabbitMq;

/// <summary>Declares the queues on RabbitMQ with every argument explicit.</summary>
/// <remarks>
/// Neither the broker's version nor its virtual host's defaults then decide what happens to a message. docs/operating/queues.md
/// describes the queues.
/// </remarks>
internal static class RabbitMqTopology
{
    /// <summary>The number of unanswered deliveries after which the broker moves a message to the error queue.</summary>
    /// <remarks>
    /// A delivery stays unanswered when the process dies or the connection breaks. RabbitMQ before 4.0 would redeliver without
    /// limit, and later versions drop the message after 20 deliveries. A failure in a consumer is answered and does not count.
    /// </remarks>
    public const int DeliveryLimit = 10;

    /// <summary>
    /// Configures publishing: the broker confirms every message, and exchanges are durable. Error and skipped queues inherit no
    /// arguments.
    /// </summary>
    public static void Use(IRabbitMqBusFactoryConfigurator rabbit, Uri broker)
    {
        var names = new PartitionNames();
        rabbit.SendTopology.ErrorQueueNameFormatter = names;
        rabbit.SendTopology.DeadLetterQueueNameFormatter = names;
        rabbit.Host(broker, host => host.PublisherConfirmation = true);
        rabbit.PublishTopology.ConnectPublishTopologyConfigurationObserver(new DurableExchanges());
        RabbitMqProperties.Use(rabbit);
        rabbit.SendTopology.ConfigureErrorSettings = ConfigureDeadLetters;
        rabbit.SendTopology.ConfigureDeadLetterSettings = ConfigureDeadLetters;
    }

    /// <summary>
    /// Declares a quorum queue that dead-letters poison messages to the endpoint's error queue, where operators find all other
    /// failures.
    /// </summary>
    /// <remarks>The broker removes such a message only after the error queue has received it.</remarks>
    public static void Use(IReceiveEndpointConfigurator endpoint, string name, bool isPartition)
    {
        if (endpoint is not IRabbitMqReceiveEndpointConfigurator rabbit)
            return;
        foreach (var (argument, value) in ArgumentsOf(name, isPartition))
            rabbit.SetQueueArgument(argument, value);
        rabbit.BindDeadLetterQueue(ErrorQueue(name), ErrorQueue(name), ConfigureDeadLetters);
    }

    /// <summary>The arguments an endpoint's queues are declared with. A queue cannot change its arguments later.</summary>
    public static IReadOnlyDictionary<string, object?> ArgumentsOf(string endpoint, bool isPartition)
    {
        var arguments = new Dictionary<string, object?>
        {
            ["x-queue-type"] = "quorum",
            ["x-delivery-limit"] = DeliveryLimit,
            ["x-dead-letter-exchange"] = ErrorQueue(endpoint),
            ["x-dead-letter-strategy"] = "at-least-once",
            // The at-least-once strategy requires this; the queues have no length limit at which they would overflow.
            ["x-overflow"] = "reject-publish",
        };
        if (isPartition)
            arguments["x-single-active-consumer"] = true;
        return arguments;
    }

    static string ErrorQueue(string endpoint) => endpoint + ReceiveEndpoints.ErrorSuffix;

    // Classic queues, because a message that cannot be stored for operators returns to its queue, which a quorum queue counts as
    // a delivery. They have no time to live, limit or dead-letter exchange: a message stays here until it is stored.
    static void ConfigureDeadLetters(IRabbitMqQueueConfigurator queue)
    {
        foreach (
            var inherited in new[]
            {
                "x-delivery-limit",
                "x-dead-letter-strategy",
                "x-overflow",
                "x-dead-letter-exchange",
                "x-dead-letter-routing-key",
                "x-quorum-initial-group-size",
                "x-single-active-consumer",
                "x-message-ttl",
                "x-expires",
                "x-max-length",
                "x-max-length-bytes",
            }
        )
            queue.SetQueueArgument(inherited, null);
        queue.SetQueueArgument("x-queue-type", "classic");
    }

    // MassTransit treats a message whose type is internal, as all of a module's own are, as temporary: its exchange would
    // disappear with the broker's process. Messages that the outbox publishes before the consumer has bound the exchange again
    // would be confirmed and lost.
    sealed class DurableExchanges : IPublishTopologyConfigurationObserver
    {
        public void MessageTopologyCreated<T>(IMessagePublishTopologyConfigurator<T> configurator)
            where T : class
        {
            if (configurator is not IRabbitMqMessagePublishTopologyConfigurator<T> exchange)
                return;
            exchange.Durable = true;
            exchange.AutoDelete = false;
        }
    }
}
