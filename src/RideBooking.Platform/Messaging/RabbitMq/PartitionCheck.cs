using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using RideBooking.Platform.Configuration;
using RideBooking.Platform.Messaging.Partitions;

namespace RideBooking.Platform.Messaging.RabbitMq;

/// <summary>Checks that the broker can divide messages as configured and has no bindings from another configuration.</summary>
internal static class PartitionCheck
{
    /// <summary>Throws <see cref="ConfigurationException"/> when it cannot, or has.</summary>
    public static async Task Check(
        IConnection connection,
        ReceiveEndpoints endpoints,
        int partitions,
        CancellationToken cancellationToken
    )
    {
        foreach (var endpoint in endpoints.Names)
        {
            var queues = endpoints.QueuesOf(endpoint);
            var isDivided = queues[0] != endpoint;
            // A different partition count left its bindings behind: those queues would receive messages that have no consumer.
            var next = PartitionNames.Queue(endpoint, isDivided ? partitions + 1 : 1);
            foreach (var other in isDivided ? new[] { endpoint, next } : [next])
                if (await Exists(connection, other, cancellationToken))
                    throw DifferentPartitions($"has the queue {other}");
            if (isDivided)
                await DeclareHash(connection, endpoint, cancellationToken);
        }

        ConfigurationException DifferentPartitions(string what) =>
            new(
                $"Messaging:Partitions is {partitions}, but RabbitMQ {what}, of another number: stop all hosts and, once they are empty, delete the queues of the endpoints and the exchanges of the same names (docs/operating/queues.md)."
            );

        async Task DeclareHash(IConnection connection, string endpoint, CancellationToken cancellationToken)
        {
            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            try
            {
                await channel.ExchangeDeclareAsync(
                    endpoint,
                    PartitionedEndpoints.ConsistentHash,
                    durable: true,
                    autoDelete: false,
                    cancellationToken: cancellationToken
                );
            }
            catch (OperationInterruptedException exception)
                when (BrokerErrors.IsUnknownExchangeType(exception.ShutdownReason))
            {
                throw new ConfigurationException(
                    "Messaging:Partitions needs RabbitMQ's plugin for hashing: rabbitmq-plugins enable rabbitmq_consistent_hash_exchange"
                );
            }
            catch (OperationInterruptedException exception)
                when (BrokerErrors.IsDeclaredDifferently(exception.ShutdownReason))
            {
                throw DifferentPartitions($"has the exchange {endpoint}");
            }
        }
    }

    static async Task<bool> Exists(IConnection connection, string queue, CancellationToken cancellationToken)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        try
        {
            await channel.QueueDeclarePassiveAsync(queue, cancellationToken);
            return true;
        }
        catch (OperationInterruptedException exception) when (BrokerErrors.IsNotFound(exception.ShutdownReason))
        {
            return false;
        }
    }
}
