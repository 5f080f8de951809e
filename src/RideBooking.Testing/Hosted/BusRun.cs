using System.Text.Json;
using MassTransit;
using MassTransit.Events;
using MassTransit.Metadata;
using MassTransit.Scheduling;
using MassTransit.Serialization;
using RideBooking.Testing.Comparison;

namespace RideBooking.Testing.Hosted;

/// <summary>Runs one scenario on a running bus: publishes the messages of its steps, and records all results.</summary>
/// <remarks>
/// All results have the conversation id of such a message. Other traffic on the bus, or the rest of another scenario, is
/// therefore not counted.
/// </remarks>
/// <param name="takes">The URNs of the messages that the lab's sagas and consumers accept.</param>
/// <param name="published">The known addresses of message types, by URN.</param>
/// <param name="passes">Moves the time.</param>
sealed class BusRun(
    IBus bus,
    LabTime time,
    IReadOnlySet<string> takes,
    Func<string, Uri?> published,
    Func<TimeSpan, CancellationToken, Task> passes
) : IStage
{
    static readonly string s_schedule = MessageUrn.ForTypeString<ScheduleMessage>();
    static readonly string s_cancel = MessageUrn.ForTypeString<CancelScheduledMessage>();
    static readonly string s_fault = MessageUrn.ForTypeString<Fault<object>>().Split("[[")[0];

    readonly Lock _changing = new();
    readonly HashSet<Guid> _conversations = [];
    readonly HashSet<Guid> _ownMessages = [];
    readonly HashSet<Guid> _requests = [];
    readonly HashSet<(Type Saga, Guid Id)> _instances = [];
    readonly List<Timer> _timers = [];
    readonly List<HostedEnvelope> _envelopes = [];
    readonly HashSet<Guid> _forScheduler = [];
    readonly List<(Guid? Message, Outcome Outcome)> _outcomes = [];
    TaskCompletionSource _nextActivity = new(TaskCreationOptions.RunContinuationsAsynchronously);
    long _since = TimeProvider.System.GetTimestamp();
    long _activityCount;
    int _receiving;
    int _sending;

    /// <summary>The number of messages that the sagas and consumers have handled.</summary>
    public int Received { get; private set; }

    /// <summary>The results of the current moment.</summary>
    public IReadOnlyList<Outcome> Outcomes
    {
        get
        {
            lock (_changing)
                return [.. _outcomes.Select(it => it.Outcome)];
        }
    }

    /// <summary>The instances that were used so far.</summary>
    public IReadOnlyList<(Type Saga, Guid Id)> Instances
    {
        get
        {
            lock (_changing)
                return [.. _instances];
        }
    }

    /// <summary>A counter that changes with everything that happens.</summary>
    public long ActivityCount
    {
        get
        {
            lock (_changing)
                return _activityCount;
        }
    }

    /// <summary>Completes when something more happens.</summary>
    public Task NextActivity
    {
        get
        {
            lock (_changing)
                return _nextActivity.Task;
        }
    }

    /// <summary>Describes what is not settled; null if everything is.</summary>
    public string? Unsettled
    {
        get
        {
            lock (_changing)
                return _sending + _receiving > 0
                        ? $"{_sending} messages are being sent, {_receiving} are with a consumer"
                    : _forScheduler.Count > 0
                        ? $"{_forScheduler.Count} messages have not reached the scheduler, which must run in this process"
                    : _timers.Find(timer => timer.IsWaiting && timer.Due <= time.GetUtcNow()) is { } due
                        ? $"the scheduler has not sent what is due: {due.Outcome}"
                    : null;
        }
    }

    /// <summary>Starts a new moment. The results of the previous one have been reported.</summary>
    public void Begin()
    {
        lock (_changing)
        {
            _outcomes.Clear();
            _since = TimeProvider.System.GetTimestamp();
        }
    }

    public bool Owns(Guid? conversation)
    {
        lock (_changing)
            return conversation is { } id && _conversations.Contains(id);
    }

    public DateTimeOffset? DueOf(Guid token)
    {
        lock (_changing)
            return _timers.Find(timer => timer.Token == token)?.Due;
    }

    public void RecordInstance(Type saga, Guid id, Guid? conversation)
    {
        lock (_changing)
            if (Owns(conversation))
                _instances.Add((saga, id));
    }

    public void SendStarted(HostedEnvelope envelope, SendContext context, bool isPublished)
    {
        lock (_changing)
        {
            _sending++;
            _envelopes.Add(envelope);
            if (envelope.Urn == s_schedule)
                RecordSchedule(envelope, context);
            else if (envelope.Urn == s_cancel)
                RecordCancellation(envelope);
            else if (TimerIn(context) is { } timer)
                RecordTimer(envelope, timer);
            else if (envelope.MessageId is { } id && !_ownMessages.Contains(id))
                Record(envelope, OutcomeOf(envelope, context, isPublished));
            SignalActivity();
        }
    }

    public void SendEnded(HostedEnvelope envelope, bool isSent)
    {
        lock (_changing)
        {
            _sending--;
            if (!isSent)
            {
                // Either the sender retries, or the message is missing.
                _outcomes.RemoveAll(it => it.Message == envelope.MessageId);
                _envelopes.Remove(envelope);
                _forScheduler.Remove(envelope.MessageId ?? default);
            }
            SignalActivity();
        }
    }

    public void ReceiveStarted()
    {
        lock (_changing)
        {
            _receiving++;
            SignalActivity();
        }
    }

    public void ReceiveEnded(HostedEnvelope envelope)
    {
        lock (_changing)
        {
            _receiving--;
            if (envelope.Types.Any(takes.Contains))
                Received++;
            _forScheduler.Remove(envelope.MessageId ?? default);
            SignalActivity();
        }
    }

    public Task Store(ISaga saga, CancellationToken cancellationToken) =>
        throw new NotSupportedException(
            "An instance cannot be stored on a running bus. Bring it to its state with messages instead."
        );

    public Task Deliver(object message, Type type, Guid messageId, CancellationToken cancellationToken) =>
        bus.Publish(
            message,
            type,
            Pipe.Execute<PublishContext>(it => Own(it, messageId, NewId.NextGuid())),
            cancellationToken
        );

    public Task Request(object message, Type type, Guid messageId, CancellationToken cancellationToken) =>
        bus.Publish(
            message,
            type,
            Pipe.Execute<PublishContext>(it =>
            {
                Own(it, messageId, NewId.NextGuid());
                it.ResponseAddress = bus.Address;
                it.RequestId = NewId.NextGuid();
                lock (_changing)
                    _requests.Add(it.RequestId.Value);
            }),
            cancellationToken
        );

    public Task Respond(Type request, object response, CancellationToken cancellationToken)
    {
        var asked = LastRequest(request);
        return Respond(asked, asked.ResponseAddress!, response, response.GetType(), cancellationToken);
    }

    public Task Fail(Type request, Exception exception, CancellationToken cancellationToken)
    {
        var asked = LastRequest(request);
        var notice = Activator.CreateInstance(
            typeof(FaultEvent<>).MakeGenericType(request),
            asked.Content.Deserialize(request, SystemTextJsonMessageSerializer.Options),
            asked.MessageId,
            new BusHostInfo(true),
            exception,
            asked.Types.ToArray()
        )!;
        var address = asked.FaultAddress ?? asked.ResponseAddress!;
        return Respond(asked, address, notice, typeof(Fault<>).MakeGenericType(request), cancellationToken);
    }

    public Task Passes(TimeSpan duration, CancellationToken cancellationToken) => passes(duration, cancellationToken);

    async Task Respond(
        HostedEnvelope asked,
        Uri address,
        object message,
        Type type,
        CancellationToken cancellationToken
    )
    {
        var endpoint = await bus.GetSendEndpoint(address);
        await endpoint.Send(
            message,
            type,
            Pipe.Execute<SendContext>(it =>
            {
                Own(it, NewId.NextGuid(), asked.ConversationId ?? NewId.NextGuid());
                it.RequestId = asked.RequestId;
            }),
            cancellationToken
        );
    }

    void Own(SendContext context, Guid messageId, Guid conversation)
    {
        context.MessageId = messageId;
        context.ConversationId = conversation;
        lock (_changing)
        {
            _ownMessages.Add(messageId);
            _conversations.Add(conversation);
        }
    }

    HostedEnvelope LastRequest(Type type)
    {
        var urn = MessageUrn.ForTypeString(type);
        lock (_changing)
            return _envelopes.FindLast(envelope => envelope.Urn == urn && envelope.RequestId is not null)
                ?? throw LabRun.NoRequest(type, string.Join('\n', _outcomes.Select(it => $"  {it.Outcome}")));
    }

    void RecordSchedule(HostedEnvelope envelope, SendContext context)
    {
        var content = envelope.Content;
        var urn = content.GetProperty("payloadType")[0].GetString()!;
        var due = DueTimes.OnTheLabsClock(
            time,
            content.GetProperty("scheduledTime").GetDateTime(),
            TimeProvider.System.GetElapsedTime(_since)
        );
        var timer = new Timer(
            content.GetProperty("correlationId").GetGuid(),
            due,
            urn,
            content.GetProperty("payload").Clone(),
            context.Headers.TryGetHeader(MessageHeaders.RedeliveryCount, out _)
        );
        _timers.Add(timer);
        _forScheduler.Add(envelope.MessageId ?? default);
        // A failed message that is redelivered is not a timer that anyone has set.
        if (!timer.IsRedelivery)
            Record(envelope, timer.Outcome);
    }

    void RecordCancellation(HostedEnvelope envelope)
    {
        var token = envelope.Content.GetProperty("tokenId").GetGuid();
        _forScheduler.Add(envelope.MessageId ?? default);
        if (_timers.Find(timer => timer.Token == token && timer.IsWaiting) is not { } timer)
        {
            Record(envelope, Outcome.CancelledUnknownMessage());
            return;
        }
        timer.IsWaiting = false;
        Record(envelope, Outcome.Cancelled(timer.Urn, timer.Content));
    }

    /// <summary>The timer with which the scheduler sends this message, if there is one.</summary>
    Timer? TimerIn(SendContext context)
    {
        if (context.Headers.TryGetHeader(MessageHeaders.RedeliveryCount, out _))
            return _timers.Find(it => it.IsRedelivery && it.IsWaiting && it.Due <= time.GetUtcNow());
        return
            context.Headers.TryGetHeader(MessageHeaders.SchedulingTokenId, out var text)
            && Guid.TryParse($"{text}", out var token)
            ? _timers.Find(it => it.Token == token)
            : null;
    }

    void RecordTimer(HostedEnvelope envelope, Timer timer)
    {
        var (wasWaiting, isDue) = (timer.IsWaiting, timer.Due <= time.GetUtcNow());
        timer.IsWaiting = false;
        // A timer that is on time is not a new result: it was reported when it was set.
        if (!wasWaiting)
            Record(envelope, Outcome.DeliveredUnexpectedly(timer.Urn, timer.Content));
        else if (!isDue)
            Record(envelope, Outcome.DeliveredEarly(timer.Urn, timer.Content, timer.Due));
    }

    Outcome OutcomeOf(HostedEnvelope envelope, SendContext context, bool isPublished)
    {
        if (envelope.Urn.StartsWith(s_fault, StringComparison.Ordinal))
            return Outcome.Failed(
                envelope.Content.GetProperty("faultMessageTypes")[0].GetString()!,
                envelope.Content.GetProperty("message"),
                envelope.Content.GetProperty("exceptions")[0].GetProperty("exceptionType").GetString()!
            );
        if (envelope.RequestId is { } asked && _requests.Contains(asked))
            return Outcome.Responded(envelope.Urn, envelope.Content);
        var to = context.DestinationAddress!;
        // An outbox sends a published message to the exchange of its type. The names of queues contain no colon.
        var isToItsType = published(envelope.Urn) is { } address
            ? address.AbsolutePath == to.AbsolutePath
            : to.AbsolutePath.Contains(':', StringComparison.Ordinal);
        return isPublished || isToItsType
            ? Outcome.Published(envelope.Urn, envelope.Content)
            : Outcome.Sent(envelope.Urn, envelope.Content, Outcome.QueueOf(to));
    }

    void Record(HostedEnvelope envelope, Outcome outcome) => _outcomes.Add((envelope.MessageId, outcome));

    void SignalActivity()
    {
        _activityCount++;
        _nextActivity.TrySetResult();
        _nextActivity = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    sealed class Timer(Guid token, DateTimeOffset due, string urn, JsonElement content, bool isRedelivery)
    {
        public Guid Token => token;

        public DateTimeOffset Due => due;

        public string Urn => urn;

        public JsonElement Content => content;

        public bool IsRedelivery => isRedelivery;

        public bool IsWaiting { get; set; } = true;

        public Outcome Outcome => Outcome.Scheduled(urn, content, due);
    }
}
