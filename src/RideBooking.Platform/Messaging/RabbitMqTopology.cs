using MassTransit;
using MassTransit.Configuration;
using RideBooking.Platform.Messaging.Partitions;

namespace RideBooking.Platform.Messaging;

/// <summary>
/// The queues on RabbitMQ, every argument of them said here, so that neither the broker's version nor its virtual host's
/// defaults decide what becomes of a message. docs/operating/queues.md says it in words.
/// </summary>
internal static class RabbitMqTopology
{
    /// <summary>
    /// After so many deliveries that ended without an answer, because the process died or the connection broke, the broker
    /// moves a message to the error queue. RabbitMQ before 4.0 would deliver it without end, later ones drop it after 20. What
    /// fails in its consumer is answered for and never counts.
    /// </summary>
    public const int DeliveryLimit = 10;

    /// <summary>
    /// Published is what the broker has confirmed, to exchanges that are always there; error and skipped queues inherit
    /// nothing.
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
    /// A quorum queue, whose poison messages end in the endpoint's error queue, where operators find what fails otherwise.
    /// The broker removes such a message only after it has arrived there.
    /// </summary>
    public static void Use(IReceiveEndpointConfigurator endpoint, string name, bool isPartition)
    {
        if (endpoint is not IRabbitMqReceiveEndpointConfigurator rabbit)
            return;
        foreach (var (argument, value) in ArgumentsOf(name, isPartition))
            rabbit.SetQueueArgument(argument, value);
        rabbit.BindDeadLetterQueue(ErrorQueue(name), ErrorQueue(name), ConfigureDeadLetters);
    }

    /// <summary>What an endpoint's queues are declared with. A queue cannot change its arguments later.</summary>
    public static IReadOnlyDictionary<string, object?> ArgumentsOf(string endpoint, bool isPartition)
    {
        var arguments = new Dictionary<string, object?>
        {
            ["x-queue-type"] = "quorum",
            ["x-delivery-limit"] = DeliveryLimit,
            ["x-dead-letter-exchange"] = ErrorQueue(endpoint),
            ["x-dead-letter-strategy"] = "at-least-once",
            // What that strategy wants; there is no length at which a queue would overflow.
            ["x-overflow"] = "reject-publish",
        };
        if (isPartition)
            arguments["x-single-active-consumer"] = true;
        return arguments;
    }

    static string ErrorQueue(string endpoint) => endpoint + ReceiveEndpoints.ErrorSuffix;

    // Classic, for operators look into them by taking and giving back, which a quorum queue counts as deliveries. Without a
    // time to live, a limit or a dead-letter exchange: what lies here, lies here until an operator says otherwise.
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

    // MassTransit takes a message whose type is internal, as all of a module's own are, for one of the moment: its exchange
    // would go with the broker's process. What the outbox publishes before the consumer has bound it anew would go nowhere,
    // and be confirmed.
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
