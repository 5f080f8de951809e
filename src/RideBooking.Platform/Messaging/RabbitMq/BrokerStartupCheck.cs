using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using RideBooking.Platform.Configuration;

namespace RideBooking.Platform.Messaging.RabbitMq;

/// <summary>
/// Checks the broker before anything uses it: waits while it is unavailable, and stops the startup when it refuses.
/// </summary>
internal static class BrokerStartupCheck
{
    static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);

    /// <summary>Returns when the broker accepts this process and has, or can create, the endpoints' queues.</summary>
    /// <remarks>Throws <see cref="ConfigurationException"/> when it never will.</remarks>
    public static Task Check(TransportOptions options, ReceiveEndpoints endpoints, CancellationToken cancellationToken)
    {
        if (options.Broker is not { } address)
            return Task.CompletedTask;
        var what = $"the RabbitMQ that ConnectionStrings:RabbitMq names ({address.Host}:{Port(address)})";
        return DependencyWait.For(
            what,
            async () =>
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                limit.CancelAfter(s_timeout);
                try
                {
                    await Connect(address, options.Partitions, endpoints, limit.Token, cancellationToken);
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                {
                    throw new TimeoutException($"no answer within {s_timeout.TotalSeconds:0} s");
                }
                catch (Exception exception) when (Refusal(exception) is { } reason)
                {
                    throw new ConfigurationException($"{Capitalize(what)} refuses this host: {reason}");
                }
            },
            failure =>
                failure is ConfigurationException or OperationCanceledException ? null : Deepest(failure).Message,
            cancellationToken
        );
    }

    static async Task Connect(
        Uri address,
        int partitions,
        ReceiveEndpoints endpoints,
        CancellationToken limit,
        CancellationToken cancellationToken
    )
    {
        var factory = new ConnectionFactory { Uri = address, AutomaticRecoveryEnabled = false };
        await using var connection = await factory.CreateConnectionAsync("start", limit);
        // A virtual host that does not exist is noticed only now.
        await using var channel = await connection.CreateChannelAsync(cancellationToken: limit);
        await PartitionCheck.Check(connection, endpoints, partitions, cancellationToken);
        // Creating the queues for the first time may take long.
        foreach (var endpoint in endpoints.Names)
        {
            var queues = endpoints.QueuesOf(endpoint);
            var arguments = RabbitMqTopology.ArgumentsOf(endpoint, isPartition: queues[0] != endpoint).ToDictionary();
            foreach (var queue in queues)
                try
                {
                    await channel.QueueDeclareAsync(
                        queue,
                        true,
                        false,
                        false,
                        arguments,
                        cancellationToken: cancellationToken
                    );
                }
                catch (OperationInterruptedException exception)
                    when (BrokerErrors.IsDeclaredDifferently(exception.ShutdownReason))
                {
                    // The bus would retry indefinitely and consume nothing meanwhile.
                    throw new ConfigurationException(
                        $"The queue {queue} on RabbitMQ was made with other arguments, by an earlier version: stop all hosts and delete the queues of the endpoints once they are empty (docs/operating/queues.md). {exception.ShutdownReason?.ReplyText}"
                    );
                }
        }
        await connection.CloseAsync(cancellationToken);
    }

    // A wrong user or password, or a virtual host that does not exist.
    static string? Refusal(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
            switch (exception)
            {
                case AuthenticationFailureException or PossibleAuthenticationFailureException:
                    return "wrong user or password.";
                case OperationInterruptedException { ShutdownReason: { } reason } when BrokerErrors.IsRefused(reason):
                    return reason.ReplyText;
            }
        return null;
    }

    static Exception Deepest(Exception exception)
    {
        while (exception.InnerException is { } inner)
            exception = inner;
        return exception;
    }

    static int Port(Uri address) =>
        address.Port > 0 ? address.Port
        : address.Scheme == "amqps" ? 5671
        : 5672;

    static string Capitalize(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
