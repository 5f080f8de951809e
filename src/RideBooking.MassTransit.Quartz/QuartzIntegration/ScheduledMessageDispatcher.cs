using System.Diagnostics;
using System.Net.Mime;
using System.Security.Cryptography;
using MassTransit.Context;
using MassTransit.Logging;
using MassTransit.Serialization;
using Quartz;

namespace MassTransit.QuartzIntegration;

/// <summary>Sends due messages on one bus. The jobs find it in the scheduler's context.</summary>
sealed class ScheduledMessageDispatcher(IBus bus)
{
    /// <summary>
    /// The time limit for a send: one that hangs on a lost broker must not block a scheduler thread permanently.
    /// </summary>
    static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(30);

    // The name of MassTransit's activity source, to which trace collectors listen.
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

    /// <summary>Waits for the running deliveries, up to a time limit, and then starts no more.</summary>
    /// <remarks>The scheduler retries later the triggers that it had already acquired.</remarks>
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
        // Senders compute the expiration from the system's clock, whichever clock the scheduler uses.
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

    /// <summary>Returns the span that scheduled the message, however long ago and in whichever process.</summary>
    /// <remarks>The delivery continues its trace instead of that of the scheduler's thread.</remarks>
    static ActivityContext ScheduledBy(JobDataMap data) =>
        data.Headers().TryGetValue(DiagnosticHeaders.ActivityId, out var id)
        && ActivityContext.TryParse(id as string, null, out var span)
            ? span
            : default;

    /// <summary>Translates a queue address to the address of its exchange on RabbitMQ.</summary>
    /// <remarks>
    /// A send to <c>queue:x</c> declares x as a classic queue, and fails where x is a quorum queue. The exchange has the same
    /// name, and sending to it does not declare the queue.
    /// </remarks>
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

            // Serializers without an envelope store the message's types in a header.
            context.SupportedMessageTypes = data.MessageTypes();
            headers.Set(MessageHeaders.MessageType, string.Join(';', context.SupportedMessageTypes));

            // The payload is sent as it was received: the deserializer of its content type reads it, and the matching
            // serializer writes it, with the envelope's ids and addresses from this context.
            context.Serializer = deserializer.Deserialize(body, headers, destination).GetMessageSerializer();

            return Task.CompletedTask;
        }

        public void Probe(ProbeContext context) => context.CreateFilterScope("scheduledMessage");

        Uri? ReplyAddress(string key) => data.Address(key) is { } address ? brokerAddress(address) : null;

        /// <summary>Returns the delivered message's id.</summary>
        /// <remarks>
        /// A message keeps its id however often it is delivered, so that the consumer's inbox drops duplicates. Each occurrence
        /// of a recurring message is a separate message, with an id derived from its scheduled time.
        /// </remarks>
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

        /// <summary>The scheduled time of the occurrence, the same for every attempt.</summary>
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

            // A timeout that failed and is redelivered keeps its original token: with the redelivery's token, the saga would
            // take it for a stale timeout and drop it. MassTransit copies all headers to a redelivery except the token.
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
