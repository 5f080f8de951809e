using MassTransit;
using MassTransit.Configuration;
using MassTransit.RabbitMqTransport.Configuration;
using MassTransit.RabbitMqTransport.Topology;
using Microsoft.Extensions.DependencyInjection;

namespace RideBooking.Platform.Messaging.Partitions;

/// <summary>
/// Divides an endpoint's messages by routing key (the ride) among several queues, each consumed by one host at a time.
/// </summary>
/// <remarks>
/// A ride's messages are therefore handled in the order in which they were sent, whichever hosts are running. The endpoint's
/// exchange hashes the key (RabbitMQ's plugin rabbitmq_consistent_hash_exchange). docs/operating/queues.md explains how to turn
/// partitioning on.
/// </remarks>
internal static class PartitionedEndpoints
{
    /// <summary>The type of the exchange that divides the messages.</summary>
    public const string ConsistentHash = "x-consistent-hash";

    // The key of a binding to such an exchange is its weight: all partitions get the same share of the rides.
    const string Weight = "1";

    /// <summary>
    /// Configures every consumer and saga that <paramref name="divides"/> selects on each partition of its endpoint.
    /// </summary>
    /// <param name="rabbit">The bus.</param>
    /// <param name="context">The registration context.</param>
    /// <param name="partitions">The number of queues per endpoint.</param>
    /// <param name="divides">Returns whether the messages of the endpoint with this name are divided.</param>
    /// <param name="configure">Configures a partition's pipe, given the endpoint's name.</param>
    public static void Configure(
        IRabbitMqBusFactoryConfigurator rabbit,
        IBusRegistrationContext context,
        int partitions,
        Func<string, bool> divides,
        Action<string, IReceiveEndpointConfigurator> configure
    )
    {
        var names = context.GetRequiredService<IEndpointNameFormatter>();
        var consumers = context
            .GetServices<IConsumerRegistration>()
            .Select(consumer => new Part(
                consumer,
                consumer.GetDefinition(context).GetEndpointName(names),
                endpoint => consumer.Configure(endpoint, context)
            ));
        var sagas = context
            .GetServices<ISagaRegistration>()
            .Select(saga => new Part(
                saga,
                saga.GetDefinition(context).GetEndpointName(names),
                endpoint => saga.Configure(endpoint, context)
            ));
        foreach (
            var endpoint in consumers.Concat(sagas).Where(part => divides(part.Endpoint)).GroupBy(part => part.Endpoint)
        )
        {
            foreach (var queue in PartitionNames.QueuesOf(endpoint.Key, partitions))
                rabbit.ReceiveEndpoint(
                    queue,
                    partition =>
                    {
                        HashInto(partition, endpoint.Key);
                        configure(endpoint.Key, partition);
                        foreach (var part in endpoint)
                            part.Configure(partition);
                    }
                );
            foreach (var part in endpoint)
                part.Registration.IncludeInConfigureEndpoints = false;
        }
    }

    static void HashInto(IRabbitMqReceiveEndpointConfigurator partition, string endpoint) =>
        ((IRabbitMqEndpointConfiguration)partition).Topology.Consume.AddSpecification(new HashExchange(endpoint));

    /// <param name="Registration">A consumer or saga.</param>
    /// <param name="Endpoint">Its endpoint's name.</param>
    /// <param name="Configure">Adds it to a queue.</param>
    sealed record Part(IRegistration Registration, string Endpoint, Action<IReceiveEndpointConfigurator> Configure);

    // Declared with each partition, so that it exists again after a broker has lost its data.
    sealed class HashExchange(string endpoint) : IRabbitMqConsumeTopologySpecification
    {
        public void Apply(IReceiveEndpointBrokerTopologyBuilder builder)
        {
            var none = new Dictionary<string, object>();
            var hash = builder.ExchangeDeclare(endpoint, ConsistentHash, durable: true, autoDelete: false, none);
            builder.ExchangeBind(hash, builder.Exchange, Weight, none);
            // Message types are bound to the hash exchange instead of to the partition.
            ((ReceiveEndpointBrokerTopologyBuilder)builder).Exchange = hash;
        }

        public IEnumerable<ValidationResult> Validate() => [];
    }
}
