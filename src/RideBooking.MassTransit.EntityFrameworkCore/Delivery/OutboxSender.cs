using MassTransit.Logging;
using MassTransit.Middleware;
using MassTransit.Serialization;
using Microsoft.EntityFrameworkCore;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// Sends messages from the outbox through the bus, and knows how the bus is.
/// </summary>
sealed class OutboxSender<TDbContext>(
    IServiceProvider provider,
    Func<IBusControl> bus,
    OutboxSettings<TDbContext> settings,
    TimeProvider clock
)
    where TDbContext : DbContext
{
    static readonly TimeSpan HealthPollDelay = TimeSpan.FromMilliseconds(100);

    // Asked for late: the bus is built from endpoints whose filters need the outbox.
    readonly Lazy<IBusControl> _bus = new(bus);
    int _startPolls = 50;
    long _confirmed;

    /// <summary>Whether the broker can be reached. A single endpoint that is down does not keep messages from being sent.</summary>
    public bool IsBusReady => _bus.Value.CheckHealth().Status != BusHealthStatus.Unhealthy;

    /// <summary>Asks the bus, in memory, until it is connected; the first time also until its endpoints are, or 5 s are over.</summary>
    /// <remarks>
    /// While a bus starts, its endpoints connect one after the other. The in-memory transport drops what is published before the
    /// endpoint that consumes it is there.
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

    /// <summary>Whether it may be the broker's fault and not the message's: no connection, or no answer in time.</summary>
    public static bool IsConnectionFault(Exception reason) =>
        reason
            is ConnectionException
                or TransportUnavailableException
                or OperationCanceledException
                or TimeoutException;

    /// <summary>How many messages the broker has taken so far, wherever they went.</summary>
    public long Confirmed => Volatile.Read(ref _confirmed);

    /// <summary>
    /// Sends messages to one destination, in order, without waiting for the broker to confirm one before the next. Where it is
    /// the destination that takes nothing, the rest is not tried unless <paramref name="triesAll"/>.
    /// </summary>
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

        // The first one declares what the destination needs; then the rest starts in order without waiting.
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

/// <summary>What became of messages that were to be sent to one destination, each in its order.</summary>
sealed class OutboxSendResult
{
    public List<Guid> Sent { get; } = [];

    public List<(OutboxMessage Message, Exception Reason)> Failed { get; } = [];

    /// <summary>Not even tried, for the destination took nothing.</summary>
    public List<OutboxMessage> Untried { get; } = [];
}
