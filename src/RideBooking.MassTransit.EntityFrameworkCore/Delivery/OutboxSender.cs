using MassTransit.Logging;
using MassTransit.Middleware;
using MassTransit.Serialization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// Sends messages from the outbox. Destinations are served side by side; to one destination the messages go out in
/// order, without waiting for the broker to confirm one before the next.
/// </summary>
sealed class OutboxSender<TDbContext>(
    IServiceProvider provider,
    OutboxSettings<TDbContext> settings,
    TimeProvider clock
)
    where TDbContext : DbContext
{
    static readonly TimeSpan HealthPollDelay = TimeSpan.FromMilliseconds(100);

    // Asked for late: the bus is built from endpoints whose filters need the outbox.
    readonly Lazy<IBusControl> _bus = new(provider.GetRequiredService<IBusControl>);

    /// <summary>Whether the broker can be reached. A single endpoint that is down does not keep messages from being sent.</summary>
    public bool IsBusReady => _bus.Value.CheckHealth().Status != BusHealthStatus.Unhealthy;

    /// <summary>Asks the bus, in memory, until it is connected.</summary>
    public async Task WaitForBus(CancellationToken cancellationToken)
    {
        while (!IsBusReady)
            await Task.Delay(HealthPollDelay, cancellationToken);
    }

    /// <summary>Whether every endpoint is connected.</summary>
    public bool IsBusHealthy => _bus.Value.CheckHealth().Status == BusHealthStatus.Healthy;

    /// <summary>Whether it may be the broker's fault and not the message's: no connection, or no answer in time.</summary>
    public static bool IsConnectionFault(Exception reason) =>
        reason
            is ConnectionException
                or TransportUnavailableException
                or OperationCanceledException
                or TimeoutException;

    /// <summary>Sends all and returns those that could not be sent, each with the reason.</summary>
    public async Task<IReadOnlyList<(OutboxMessage Message, Exception Reason)>> Send(
        IEnumerable<OutboxMessage> messages,
        CancellationToken cancellationToken
    )
    {
        LogContext.ConfigureCurrentLogContextIfNull(provider);

        var lanes = messages
            .GroupBy(message => message.DestinationAddress!)
            .Select(lane => SendInOrder(lane.Key, [.. lane], cancellationToken));

        return [.. (await Task.WhenAll(lanes)).SelectMany(failed => failed)];
    }

    async Task<List<(OutboxMessage, Exception)>> SendInOrder(
        Uri destination,
        List<OutboxMessage> messages,
        CancellationToken cancellationToken
    )
    {
        ISendEndpoint endpoint;
        try
        {
            endpoint = await _bus
                .Value.GetSendEndpoint(destination)
                .WaitAsync(settings.MessageDeliveryTimeout, cancellationToken);
        }
        catch (Exception exception)
        {
            return messages.ConvertAll(message => (message, exception));
        }

        // The first one declares what the destination needs; then the rest starts in order without waiting.
        var failed = new List<(OutboxMessage, Exception)>();
        Collect(messages[0], await TrySend(endpoint, messages[0], cancellationToken));

        foreach (var window in messages.Skip(1).Chunk(settings.MessageDeliveryLimit))
        {
            var reasons = await Task.WhenAll(
                window.Select(message => TrySend(endpoint, message, cancellationToken)).ToList()
            );
            for (var i = 0; i < window.Length; i++)
                Collect(window[i], reasons[i]);
        }

        return failed;

        void Collect(OutboxMessage message, Exception? reason)
        {
            if (reason is not null)
                failed.Add((message, reason));
        }
    }

    async Task<Exception?> TrySend(ISendEndpoint endpoint, OutboxMessage message, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        if (message.ExpirationTime <= now)
        {
            LogContext.Info?.Log("Outbox: {MessageId} expired before it could be sent", message.MessageId);
            return null;
        }

        StartedActivity? activity = null;
        StartedInstrument? instrument = null;
        try
        {
            message.Deserialize(SystemTextJsonMessageSerializer.Instance);
            activity = LogContext.Current?.StartOutboxDeliverActivity(message);
            instrument = LogContext.Current?.StartOutboxDeliveryInstrument(message);

            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timeout.CancelAfter(settings.MessageDeliveryTimeout);
            // A transport whose broker dies at the wrong instant may wait for an answer that cannot come, whatever it is told.
            // Nobody may wait with it: sent once more is a duplicate, not sent is lost to everybody behind it.
            await endpoint
                .Send(new SerializedMessageBody(), new StoredMessagePipe(message, now), timeout.Token)
                .WaitAsync(timeout.Token);
            return null;
        }
        catch (Exception exception)
        {
            activity?.AddExceptionEvent(exception);
            instrument?.AddException(exception);
            return exception;
        }
        finally
        {
            activity?.Stop();
            instrument?.Stop();
        }
    }

    /// <summary>Makes the stored message the one that is sent; what is left of its delay counts from now.</summary>
    sealed class StoredMessagePipe(OutboxMessage message, DateTime now) : IPipe<SendContext>
    {
        readonly OutboxMessageSendPipe _stored = new(message, message.DestinationAddress);

        public async Task Send(SendContext context)
        {
            await _stored.Send(context);
            context.Delay = message.EnqueueTime > now ? message.EnqueueTime - now : null;
        }

        public void Probe(ProbeContext context) => _stored.Probe(context);
    }
}
