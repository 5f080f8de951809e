using MassTransit;
using RideBooking.Testing.Engine;
using RideBooking.Testing.Values;

namespace RideBooking.Testing;

/// <summary>One course of events in a lab. Use it where a test wants to go step by step; else see <see cref="SagaLab.Given"/>.</summary>
public sealed class LabRun : LabView, IStage
{
    readonly int _mostSteps;

    internal LabRun(LabEngine engine, World world, int mostSteps)
        : base(engine, world) => _mostSteps = mostSteps;

    /// <summary>Delivers a message to whoever takes it, and all that follows from it.</summary>
    /// <param name="message">The message.</param>
    /// <param name="messageId">Its id; the same id again is a duplicate. A new one if left out.</param>
    /// <param name="stop">Stops.</param>
    /// <exception cref="ArgumentException">Nobody in the lab takes such a message.</exception>
    public async Task Deliver(object message, Guid? messageId = null, CancellationToken stop = default)
    {
        Put(message, message is null ? typeof(object) : message.GetType(), messageId);
        await Settle(stop);
    }

    /// <summary>Delivers a message under the type it is published as, which may be an interface.</summary>
    /// <inheritdoc cref="Deliver(object, Guid?, CancellationToken)"/>
    public async Task Deliver<T>(T message, Guid? messageId = null, CancellationToken stop = default)
        where T : class
    {
        Put(message, typeof(T) == typeof(object) ? message.GetType() : typeof(T), messageId);
        await Settle(stop);
    }

    /// <summary>Delivers a message as a caller in the same process would, who gives the handler something of his own.</summary>
    /// <param name="payload">What the handler finds as a payload of its context.</param>
    /// <inheritdoc cref="Deliver(object, Guid?, CancellationToken)"/>
    public async Task DeliverWith<T>(
        object payload,
        T message,
        Guid? messageId = null,
        CancellationToken stop = default
    )
        where T : class
    {
        Put(message, typeof(T) == typeof(object) ? message.GetType() : typeof(T), messageId, payload: payload);
        await Settle(stop);
    }

    /// <summary>Delivers a request: what answers it is <see cref="HappeningKind.Responded"/>.</summary>
    public Task Request<T>(T message, CancellationToken stop = default)
        where T : class => Request(message, typeof(T) == typeof(object) ? message.GetType() : typeof(T), null, stop);

    /// <summary>Answers the last request of a type that came out of the lab, as its service would.</summary>
    /// <exception cref="InvalidOperationException">There was no such request.</exception>
    public Task Answer<TRequest>(object response, CancellationToken stop = default)
        where TRequest : class => Answer(typeof(TRequest), response, stop);

    /// <summary>Lets the service fail that the last request of a type went to.</summary>
    /// <exception cref="InvalidOperationException">There was no such request.</exception>
    public Task Fail<TRequest>(Exception exception, CancellationToken stop = default)
        where TRequest : class => Fail(typeof(TRequest), exception, stop);

    /// <summary>
    /// Lets time pass. What becomes due meanwhile happens at its time, in order, and with all that follows from it.
    /// </summary>
    public async Task Passes(TimeSpan time, CancellationToken stop = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        var until = Now + time;
        while (World.NextDue is { } due && due.Due <= until)
        {
            World = Engine.Fire(World, due);
            await Settle(stop);
        }
        // A handler that waited for the clock may have moved it further.
        World = World with
        {
            Now = until > Now ? until : Now,
        };
    }

    /// <summary>Lets time pass until nothing is due any more.</summary>
    public async Task PassesUntilNothingIsDue(CancellationToken stop = default)
    {
        for (var fired = 0; World.NextDue is { } due; fired++)
        {
            if (fired >= _mostSteps)
                throw NeverEnds();
            await Passes(due.Due > Now ? due.Due - Now : TimeSpan.Zero, stop);
        }
    }

    /// <summary>
    /// Handles all that is in flight, and what follows from that. It returns when nothing is in flight any more: computed,
    /// never waited for.
    /// </summary>
    /// <exception cref="SagaLabException">Messages follow from messages without end.</exception>
    public async Task Settle(CancellationToken stop = default)
    {
        for (var steps = 0; !World.InFlight.IsEmpty; steps++)
        {
            if (steps >= _mostSteps)
                throw NeverEnds();
            stop.ThrowIfCancellationRequested();
            var next = World.InFlight[0];
            World = World with { InFlight = World.InFlight.RemoveAt(0) };
            var handled = await Engine.Handle(World, next, stop);
            var before = World;
            World = Engine.Apply(handled);
            await Engine.WriteThrough(before, World, stop);
        }
    }

    static Uri Requester { get; } = new("loopback://localhost/requester");

    internal void Put(
        object? message,
        Type type,
        Guid? messageId,
        Func<Wire.Head, Wire.Head>? change = null,
        object? payload = null
    )
    {
        ArgumentNullException.ThrowIfNull(message);
        var head = new Wire.Head(messageId ?? NewId.NextGuid(), ConversationId: NewId.NextGuid());
        var envelope = Engine.Wire.Pack(message, type, change?.Invoke(head) ?? head, Now);
        var deliveries = Engine.Route(envelope);
        if (deliveries.Count == 0)
            throw new ArgumentException(
                $"Nobody in the lab takes {Words.TypeName(type)}. What is taken: {string.Join(", ", Engine.Receivers.SelectMany(it => it.Takes).Select(Words.TypeName).Distinct().Order(StringComparer.Ordinal))}.",
                nameof(message)
            );
        World = World with
        {
            InFlight = World.InFlight.AddRange(
                payload is null ? deliveries : deliveries.Select(it => it with { Payloads = [payload] })
            ),
        };
    }

    async Task IStage.Deliver(object message, Type type, Guid messageId, CancellationToken stop)
    {
        Put(message, type, messageId);
        await Settle(stop);
    }

    Task IStage.Request(object message, Type type, Guid messageId, CancellationToken stop) =>
        Request(message, type, messageId, stop);

    Task IStage.Answer(Type request, object response, CancellationToken stop) => Answer(request, response, stop);

    Task IStage.Fail(Type request, Exception exception, CancellationToken stop) => Fail(request, exception, stop);

    async Task Request(object message, Type type, Guid? messageId, CancellationToken stop)
    {
        Put(message, type, messageId, head => head with { RequestId = NewId.NextGuid(), ResponseAddress = Requester });
        await Settle(stop);
    }

    async Task Answer(Type asked, object response, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(response);
        var request = LastRequest(asked);
        await Answer(request, Engine.Wire.Pack(response, response.GetType(), AnswerTo(request), Now), stop);
    }

    async Task Fail(Type asked, Exception exception, CancellationToken stop)
    {
        var request = LastRequest(asked);
        await Answer(request, Engine.FaultOf(request, exception, Now), stop);
    }

    Envelope LastRequest(Type type) =>
        Happenings
            .LastOrDefault(it =>
                it.Kind is HappeningKind.Published or HappeningKind.Sent
                && it.MessageType == type
                && it.Envelope!.RequestId is not null
            )
            ?.Envelope
        ?? throw NoRequest(type, Timeline);

    /// <summary>Nobody has asked what the scenario wants to answer.</summary>
    internal static InvalidOperationException NoRequest(Type type, string timeline) =>
        new($"No request {Words.TypeName(type)} has come out of the lab:\n{timeline}");

    static Wire.Head AnswerTo(Envelope request) =>
        new(
            NewId.NextGuid(),
            RequestId: request.RequestId,
            CorrelationId: request.CorrelationId,
            ConversationId: request.ConversationId
        );

    Task Answer(Envelope request, Envelope answer, CancellationToken stop)
    {
        World = World with { InFlight = World.InFlight.AddRange(Engine.Route(answer, request.ResponseAddress)) };
        return Settle(stop);
    }

    SagaLabException NeverEnds() =>
        new(
            $"More than {_mostSteps} messages follow from one step; this does not come to rest. The end of it:\n"
                + HappeningText.Timeline(World.Log.TakeLast(20))
        );
}
