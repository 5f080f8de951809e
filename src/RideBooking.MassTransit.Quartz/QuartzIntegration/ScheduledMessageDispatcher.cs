using System.Diagnostics;
using System.Net.Mime;
using System.Security.Cryptography;
using MassTransit.Context;
using MassTransit.Logging;
using MassTransit.Serialization;
using Quartz;

namespace MassTransit.QuartzIntegration;

/// <summary>Sends the messages that fall due on one bus. It lives in the scheduler's context, where the jobs find it.</summary>
sealed class ScheduledMessageDispatcher(IBus bus)
{
    /// <summary>A send that hangs on a lost broker must not hold one of the scheduler's few threads for good.</summary>
    static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(30);

    // The name of MassTransit's traces, to which collectors listen.
    static readonly ActivitySource s_source = new(DiagnosticHeaders.DefaultListenerName);

    const string ContextKey = "MassTransit.ScheduledMessageDispatcher";

    readonly Lock _lock = new();
    TaskCompletionSource? _drained;
    bool _stopping;
    int _running;

    public static ScheduledMessageDispatcher Of(IScheduler scheduler) =>
        scheduler.Context.TryGetValue(ContextKey, out var value) && value is ScheduledMessageDispatcher dispatcher
            ? dispatcher
            : throw new SchedulerException("The bus that delivers this scheduler's messages has not been started yet.");

    public void AttachTo(IScheduler scheduler) => scheduler.Context[ContextKey] = this;

    public async Task Dispatch(IJobExecutionContext execution, CancellationToken cancellationToken)
    {
        Enter();
        try
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timeout.CancelAfter(SendTimeout);
            await Send(execution, timeout.Token).ConfigureAwait(false);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>
    /// Waits, at most so long, for the deliveries that are running, and then begins no more. What the scheduler had acquired
    /// by then, it tries again later.
    /// </summary>
    public async Task Drain(TimeSpan timeout)
    {
        Task drained;
        lock (_lock)
        {
            _drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_running == 0)
                _drained.SetResult();
            drained = _drained.Task;
        }

        await drained.WaitAsync(timeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!drained.IsCompleted)
            LogContext.Warning?.Log(
                "Scheduled messages are still being sent after {Timeout}, stopping anyway",
                timeout
            );

        lock (_lock)
            _stopping = true;
    }

    void Enter()
    {
        lock (_lock)
        {
            if (_stopping)
                throw new SchedulerException("The bus is stopping; the message is delivered after the next start.");
            _running++;
        }
    }

    void Leave()
    {
        lock (_lock)
        {
            if (--_running == 0)
                _drained?.TrySetResult();
        }
    }

    async Task Send(IJobExecutionContext execution, CancellationToken cancellationToken)
    {
        var data = execution.MergedJobDataMap;

        var expires = data.Time("ExpirationTime");
        // Senders compute the expiration from the system's clock, whatever clock the scheduler runs on.
        TimeSpan? timeToLive = expires - TimeProvider.System.GetUtcNow();
        if (timeToLive <= TimeSpan.Zero)
        {
            LogContext.Warning?.Log(
                "Scheduled message {Token} expired at {Expired}",
                execution.Trigger.Key.Name,
                expires
            );
            return;
        }

        using var activity = s_source.StartActivity("timer due", ActivityKind.Client, ScheduledBy(data));
        var destination = BrokerAddress(data.Address("Destination")!);
        var endpoint = await bus.GetSendEndpoint(destination).ConfigureAwait(false);
        await endpoint
            .Send(
                new SerializedMessageBody(),
                new DeliverPipe(execution, data, destination, timeToLive, BrokerAddress),
                cancellationToken
            )
            .ConfigureAwait(false);

        LogContext.Debug?.Log(
            "Delivered scheduled message {Token} to {Destination}",
            execution.Trigger.Key,
            destination
        );
    }

    /// <summary>
    /// The span that scheduled the message, however long ago and in whatever process: the delivery goes on with its trace
    /// instead of one that the scheduler's thread happens to be in.
    /// </summary>
    static ActivityContext ScheduledBy(JobDataMap data) =>
        data.Headers().TryGetValue(DiagnosticHeaders.ActivityId, out var id)
        && ActivityContext.TryParse(id as string, null, out var span)
            ? span
            : default;

    /// <summary>
    /// On RabbitMQ a send to <c>queue:x</c> declares x as a classic queue, and fails where x is a quorum queue. Its exchange
    /// has the same name and needs no declaring of the queue.
    /// </summary>
    Uri BrokerAddress(Uri address)
    {
        var rabbitMq = bus.Address.Scheme is "rabbitmq" or "rabbitmqs" or "amqp" or "amqps";
        return rabbitMq && address.Scheme == "queue"
            ? new Uri("exchange:" + address.AbsolutePath + address.Query)
            : address;
    }

    sealed class DeliverPipe(
        IJobExecutionContext execution,
        JobDataMap data,
        Uri destination,
        TimeSpan? timeToLive,
        Func<Uri, Uri> brokerAddress
    ) : IPipe<SendContext>
    {
        public Task Send(SendContext context)
        {
            var deserializer = context.Serialization.GetMessageDeserializer(new ContentType(data.Text("ContentType")!));
            var body = deserializer.GetMessageBody(data.Text("Body") ?? "");
            if (
                data.MessageTypes().Contains(OriginalMessage.Urn)
                && deserializer
                    .Deserialize(body, new DictionarySendHeaders(), destination)
                    .TryGetMessage(out OriginalMessage? original)
            )
            {
                if (timeToLive is not null)
                    context.TimeToLive = timeToLive;
                original!.WriteTo(context);
                return Task.CompletedTask;
            }

            context.MessageId = MessageId();
            context.RequestId = data.Id(nameof(context.RequestId));
            context.CorrelationId = data.Id(nameof(context.CorrelationId));
            context.ConversationId = data.Id(nameof(context.ConversationId));
            context.InitiatorId = data.Id(nameof(context.InitiatorId));
            context.SourceAddress = data.Address(nameof(context.SourceAddress));
            context.ResponseAddress = ReplyAddress(nameof(context.ResponseAddress));
            context.FaultAddress = ReplyAddress(nameof(context.FaultAddress));
            if (timeToLive is not null)
                context.TimeToLive = timeToLive;

            var headers = Headers();
            foreach (var (key, value) in headers.GetAll())
                context.Headers.Set(key, value);

            if (context is TransportSendContext transport && data.TransportProperties() is { Count: > 0 } properties)
                transport.ReadPropertiesFrom(properties);

            // Serializers without an envelope keep the message's types in a header.
            context.SupportedMessageTypes = data.MessageTypes();
            headers.Set(MessageHeaders.MessageType, string.Join(';', context.SupportedMessageTypes));

            // The payload goes out as it came in: read by the deserializer of its own content type, written by that one's
            // serializer, with the envelope's ids and addresses from this context.
            context.Serializer = deserializer.Deserialize(body, headers, destination).GetMessageSerializer();

            return Task.CompletedTask;
        }

        public void Probe(ProbeContext context) => context.CreateFilterScope("scheduledMessage");

        Uri? ReplyAddress(string key) => data.Address(key) is { } address ? brokerAddress(address) : null;

        /// <summary>
        /// A message keeps its id however often it is delivered, so that the consumer's inbox drops a second delivery. Each
        /// occurrence of a recurring message is a message of its own, with an id that follows from its scheduled time.
        /// </summary>
        Guid MessageId()
        {
            var id = data.Id(nameof(SendContext.MessageId)) ?? data.Id("TokenId") ?? NewId.NextGuid();
            if (data.Text("TokenId") is not null || Occurrence() is not { } occurrence)
                return id;

            Span<byte> seed = stackalloc byte[24];
            id.TryWriteBytes(seed);
            BitConverter.TryWriteBytes(seed[16..], occurrence.UtcTicks);
            return new Guid(SHA256.HashData(seed).AsSpan(0, 16));
        }

        /// <summary>The time of the occurrence, the same for each attempt at it.</summary>
        DateTimeOffset? Occurrence() =>
            execution.Recovering ? execution.ScheduledFireTimeUtc : execution.Trigger.PreviousFireTimeUtc;

        DictionarySendHeaders Headers()
        {
            var headers = new DictionarySendHeaders();
            var stored = data.Headers();
            foreach (var (key, value) in stored)
                headers.Set(key, value);

            headers.Set(MessageHeaders.Quartz.Sent, execution.FireTimeUtc);
            headers.Set(MessageHeaders.Quartz.Scheduled, execution.ScheduledFireTimeUtc);
            headers.Set(MessageHeaders.Quartz.NextScheduled, execution.NextFireTimeUtc);
            headers.Set(MessageHeaders.Quartz.PreviousSent, execution.PreviousFireTimeUtc);

            // A timeout that failed and is redelivered still is the timeout it was: with the redelivery's own token the saga
            // would take it for a stale one and drop it. MassTransit copies all headers to a redelivery but the token.
            if (stored.ContainsKey(MessageHeaders.RedeliveryCount))
            {
                if (
                    stored.TryGetValue(MessageHeaders.Quartz.ScheduleId, out var original)
                    && Guid.TryParseExact(original as string, "N", out var originalToken)
                )
                    headers.Set(MessageHeaders.SchedulingTokenId, originalToken.ToString());
                return headers;
            }

            var schedule = execution.Recovering ? execution.RecoveringTriggerKey! : execution.Trigger.Key;
            headers.Set(MessageHeaders.Quartz.ScheduleId, schedule.Name);
            headers.Set(MessageHeaders.Quartz.ScheduleGroup, schedule.Group);
            headers.Set(MessageHeaders.SchedulingTokenId, data.Text("TokenId"));

            return headers;
        }
    }
}
