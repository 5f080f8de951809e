using MassTransit.Logging;
using MassTransit.Middleware;
using MassTransit.Serialization;
using Microsoft.EntityFrameworkCore;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>Sends messages from the outbox through the bus, and reports the bus's health.</summary>
sealed class OutboxSender<TDbContext>(
    IServiceProvider provider,
    Func<IBusControl> bus,
    OutboxSettings<TDbContext> settings,
    TimeProvider clock
)
    where TDbContext : DbContext
{
    static readonly TimeSpan HealthPollDelay = TimeSpan.FromMilliseconds(100);

    // Resolved late: the bus is built from endpoints whose filters need the outbox.
    readonly Lazy<IBusControl> _bus = new(bus);
    int _startPolls = 50;
    long _confirmed;

    /// <summary>Whether the broker can be reached. Sending continues while a single endpoint is down.</summary>
    public bool IsBusReady => _bus.Value.CheckHealth().Status != BusHealthStatus.Unhealthy;

    /// <summary>Waits until the bus is connected; the first time also until its endpoints are, but for at most 5 s.</summary>
    /// <remarks>
    /// It polls the bus's health, in memory. While a bus starts, its endpoints connect one after the other, and the in-memory
    /// transport drops messages that are published before the endpoint that consumes them exists.
    /// </remarks>
    public async Task WaitForBus(CancellationToken cancellationToken)
    {
        while (!IsBusReady)
            await Task.Delay(HealthPollDelay, cancellationToken);
        for (; _startPolls > 0 && !IsBusHealthy; _startPolls--)
            await Task.Delay(HealthPollDelay, cancellationToken);
        _startPolls = 0;
    }

    /// <summary>Whether every endpoint is connected.</summary>
    public bool IsBusHealthy => _bus.Value.CheckHealth().Status == BusHealthStatus.Healthy;

    /// <summary>Whether the failure may be the broker's and not the message's: no connection, or no answer in time.</summary>
    public static bool IsConnectionFault(Exception reason) =>
        reason
            is ConnectionException
                or TransportUnavailableException
                or OperationCanceledException
                or TimeoutException;

    /// <summary>The current time, for <see cref="ElapsedSince"/>.</summary>
    public long Timestamp => clock.GetTimestamp();

    /// <summary>The time that has passed since a <see cref="Timestamp"/>.</summary>
    public TimeSpan ElapsedSince(long timestamp) => clock.GetElapsedTime(timestamp);

    /// <summary>The number of messages that the broker has confirmed so far, for all destinations.</summary>
    public long Confirmed => Volatile.Read(ref _confirmed);

    /// <summary>
    /// Sends messages to one destination, in order, without waiting for the broker to confirm each one before the next.
    /// </summary>
    /// <remarks>
    /// If the destination itself is unavailable, the remaining messages are not tried unless <paramref name="triesAll"/>.
    /// </remarks>
    public async Task<OutboxSendResult> Send(
        Uri destination,
        IReadOnlyList<OutboxMessage> messages,
        bool triesAll,
        CancellationToken cancellationToken
    )
    {
        LogContext.ConfigureCurrentLogContextIfNull(provider);

        var result = new OutboxSendResult();
        ISendEndpoint endpoint;
        try
        {
            endpoint = await _bus
                .Value.GetSendEndpoint(destination)
                .WaitAsync(settings.MessageDeliveryTimeout, cancellationToken);
        }
        catch (Exception exception)
        {
            var tried = triesAll ? messages.Count : 1;
            result.Failed.AddRange(messages.Take(tried).Select(message => (message, exception)));
            result.Untried.AddRange(messages.Skip(tried));
            return result;
        }

        // The first message alone declares what the destination needs; the others then start in order without waiting.
        var next = 0;
        for (var count = 1; next < messages.Count; count = settings.MessageDeliveryLimit)
        {
            var window = messages.Skip(next).Take(count).ToList();
            next += window.Count;
            var reasons = await Task.WhenAll(window.Select(message => TrySend(endpoint, message, cancellationToken)));
            for (var i = 0; i < window.Count; i++)
                if (reasons[i] is { } reason)
                    result.Failed.Add((window[i], reason));
                else
                    result.Sent.Add(window[i].Id);

            if (!triesAll && reasons.Any(reason => reason is not null && IsConnectionFault(reason)))
                break;
        }

        result.Untried.AddRange(messages.Skip(next));
        Interlocked.Add(ref _confirmed, result.Sent.Count);
        return result;
    }

    async Task<Exception?> TrySend(ISendEndpoint endpoint, OutboxMessage message, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        if (message.ExpirationTime <= now)
        {
            LogContext.Info?.Log("Outbox: {MessageId} expired before it was sent; it is dropped", message.MessageId);
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
            // If the broker dies at the wrong moment, a transport may wait for a confirmation that never comes, and ignore
            // cancellation. The queue must not wait with it: sending the message again is only a duplicate, while waiting
            // would block all later messages.
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

    /// <summary>Sends the stored message; what remains of its delay counts from now.</summary>
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

/// <summary>The outcome of sending messages to one destination, each list in sending order.</summary>
sealed class OutboxSendResult
{
    public List<Guid> Sent { get; } = [];

    public List<(OutboxMessage Message, Exception Reason)> Failed { get; } = [];

    /// <summary>The messages that were not tried because the destination was unavailable.</summary>
    public List<OutboxMessage> Untried { get; } = [];
}
