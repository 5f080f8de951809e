using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RideBooking.Platform.Configuration;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Messaging.RabbitMq;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Recovery;

/// <summary>
/// Runs <c>recover</c> on the command line: writes the messages that unfinished work needs into the outbox, and ends.
/// </summary>
/// <remarks>The hosts send the messages.</remarks>
internal static partial class RecoverCommand
{
    static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(2);

    /// <returns>The exit code.</returns>
    public static async Task<int> Run(IServiceProvider services, CancellationToken cancellationToken)
    {
        if (services.GetRequiredService<TransportOptions>().Kind == TransportKind.InMemory)
        {
            Console.WriteLine(
                "On the in-memory transport the host recovers automatically at every start. There is nothing to do."
            );
            return 0;
        }
        await DatabaseStartupCheck.Check(services, cancellationToken);
        // Building the bus, without starting it, registers which endpoint consumes which message.
        services.GetRequiredService<IBusControl>();
        if (await NotConsumed(services, cancellationToken) is { } queue)
        {
            await Console.Error.WriteLineAsync(
                $"No host consumes the queue {queue}, so the messages published for it would be lost again. Start a host, then recover."
            );
            return 1;
        }
        var by = $"{Environment.UserName}@{Environment.MachineName}";
        var recovered = await services
            .GetRequiredService<Recover>()
            .RunFor(
                by,
                (examined, republished) =>
                    Console.WriteLine($"Examined {examined} events, republishing {republished}…"),
                cancellationToken
            );
        LogRecovered(services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(RecoverCommand)), by, recovered);
        Console.WriteLine($"Recovered: {recovered}.");
        Console.WriteLine("It is in the outbox; the hosts send it within seconds.");
        return 0;
    }

    /// <summary>Waits until every queue is consumed.</summary>
    /// <remarks>
    /// A broker that lost its data has no queues until the hosts reconnect and declare them, one after the other. Until then
    /// it silently drops messages that are published to them.
    /// </remarks>
    /// <returns>The name of a queue that no host consumes after the wait, or null.</returns>
    static async Task<string?> NotConsumed(IServiceProvider services, CancellationToken cancellationToken)
    {
        var broker = services.GetRequiredService<BrokerQueues>();
        var missing = "";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_timeout);
        try
        {
            var endpoints = services.GetRequiredService<ReceiveEndpoints>();
            foreach (var queue in endpoints.Names.SelectMany(endpoints.QueuesOf))
                await DependencyWait.For(
                    $"a host that consumes the queue {missing = queue}",
                    async () =>
                    {
                        if (await broker.Consumers(queue, limit.Token) is null or 0)
                            throw new QueueNotConsumedException();
                    },
                    failure =>
                        failure switch
                        {
                            QueueNotConsumedException => "there is none",
                            OperationCanceledException when limit.IsCancellationRequested => null,
                            _ => failure.GetBaseException().Message,
                        },
                    limit.Token
                );
            return null;
        }
        catch (OperationCanceledException)
            when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return missing;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Recovery by {Operator}: {Recovered}")]
    static partial void LogRecovered(ILogger logger, string @operator, Recovered recovered);

    sealed class QueueNotConsumedException : Exception;
}
