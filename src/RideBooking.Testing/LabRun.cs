using MassTransit;
using RideBooking.Testing.Engine;
using RideBooking.Testing.Values;

namespace RideBooking.Testing;

/// <summary>One run in a lab, for tests that go step by step. For other tests, see <see cref="SagaLab.Given"/>.</summary>
public sealed class LabRun : LabView, IStage
{
    readonly int _maxSteps;

    internal LabRun(LabEngine engine, World world, int maxSteps)
        : base(engine, world) => _maxSteps = maxSteps;

    /// <summary>Stores an instance as it is, for example one that was exported from production.</summary>
    /// <remarks>Timers that it waits for are not set.</remarks>
    /// <exception cref="ArgumentException">The lab has no saga of this type.</exception>
    public void Store<TSaga>(TSaga saga)
        where TSaga : class, ISaga
    {
        ArgumentNullException.ThrowIfNull(saga);
        var key = new SagaKey(saga.GetType(), saga.CorrelationId);
        var receiver =
            Engine.Receivers.FirstOrDefault(it => it.Machine?.Saga == key.Type)
            ?? throw new ArgumentException(
                $"The lab has no saga {Formatting.TypeName(key.Type)}. Add its machine with {nameof(LabSetup.Saga)}.",
                nameof(saga)
            );
        var (before, stored) = (World.Sagas.GetValueOrDefault(key), DeepCopy.Of<object>(saga));
        World = World.With(Trace.Stored(receiver, key, before, stored, World.Now)) with
        {
            Sagas = World.Sagas.SetItem(key, stored),
        };
    }

    /// <summary>Delivers a message to its receivers, and everything that follows from it.</summary>
    /// <param name="message">The message.</param>
    /// <param name="messageId">Its id; the same id again is a duplicate. A new id by default.</param>
    /// <param name="cancellationToken">Stops the delivery.</param>
    /// <exception cref="ArgumentException">No saga or consumer in the lab accepts this message.</exception>
    public async Task Deliver(object message, Guid? messageId = null, CancellationToken cancellationToken = default)
    {
        Put(message, message is null ? typeof(object) : message.GetType(), messageId);
        await Settle(cancellationToken);
    }

    /// <summary>Delivers a message under the type it is published as, which may be an interface.</summary>
    /// <inheritdoc cref="Deliver(object, Guid?, CancellationToken)"/>
    public async Task Deliver<T>(T message, Guid? messageId = null, CancellationToken cancellationToken = default)
        where T : class
    {
        Put(message, typeof(T) == typeof(object) ? message.GetType() : typeof(T), messageId);
        await Settle(cancellationToken);
    }

    /// <summary>Delivers a message like a caller in the same process, who passes an object to the handler.</summary>
    /// <param name="payload">The object that the handler finds as a payload of its context.</param>
    /// <inheritdoc cref="Deliver(object, Guid?, CancellationToken)"/>
    public async Task DeliverWith<T>(
        object payload,
        T message,
        Guid? messageId = null,
        CancellationToken cancellationToken = default
    )
        where T : class
    {
        Put(message, typeof(T) == typeof(object) ? message.GetType() : typeof(T), messageId, payload: payload);
        await Settle(cancellationToken);
    }

    /// <summary>Delivers a request. Its response is <see cref="ObservationKind.Responded"/>.</summary>
    public Task Request<T>(T message, CancellationToken cancellationToken = default)
        where T : class =>
        Request(message, typeof(T) == typeof(object) ? message.GetType() : typeof(T), null, cancellationToken);

    /// <summary>Responds to the lab's last request of a type, like its service.</summary>
    /// <exception cref="InvalidOperationException">There was no such request.</exception>
    public Task Respond<TRequest>(object response, CancellationToken cancellationToken = default)
        where TRequest : class => Respond(typeof(TRequest), response, cancellationToken);

    /// <summary>Lets the service fail the lab's last request of a type.</summary>
    /// <exception cref="InvalidOperationException">There was no such request.</exception>
    public Task Fail<TRequest>(Exception exception, CancellationToken cancellationToken = default)
        where TRequest : class => Fail(typeof(TRequest), exception, cancellationToken);

    /// <summary>
    /// Lets time pass. Everything that becomes due meanwhile happens at its time, in order, with everything that follows.
    /// </summary>
    public async Task Passes(TimeSpan time, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        var until = Now + time;
        while (World.NextDue is { } due && due.Due <= until)
        {
            World = Engine.Fire(World, due);
            await Settle(cancellationToken);
        }
        // A handler that waited for the clock may have moved it further.
        World = World with
        {
            Now = until > Now ? until : Now,
        };
    }

    /// <summary>Lets time pass until nothing more is due.</summary>
    public async Task PassesUntilNothingIsDue(CancellationToken cancellationToken = default)
    {
        for (var fired = 0; World.NextDue is { } due; fired++)
        {
            if (fired >= _maxSteps)
                throw NeverEnds();
            await Passes(due.Due > Now ? due.Due - Now : TimeSpan.Zero, cancellationToken);
        }
    }

    /// <summary>Handles everything in flight, and everything that follows from it.</summary>
    /// <remarks>It returns when nothing is in flight any more. This is computed, not waited for.</remarks>
    /// <exception cref="SagaLabException">Messages follow from messages without end.</exception>
    public async Task Settle(CancellationToken cancellationToken = default)
    {
        for (var steps = 0; !World.InFlight.IsEmpty; steps++)
        {
            if (steps >= _maxSteps)
                throw NeverEnds();
            cancellationToken.ThrowIfCancellationRequested();
            var next = World.InFlight[0];
            World = World with { InFlight = World.InFlight.RemoveAt(0) };
            var handled = await Engine.Handle(World, next, cancellationToken);
            var before = World;
            World = Engine.Apply(handled);
            await Engine.WriteThrough(before, World, cancellationToken);
        }
    }

    static Uri Requester { get; } = new("loopback://localhost/requester");

    internal void Put(
        object? message,
        Type type,
        Guid? messageId,
        Func<Serializer.Head, Serializer.Head>? change = null,
        object? payload = null
    )
    {
        ArgumentNullException.ThrowIfNull(message);
        var head = new Serializer.Head(messageId ?? NewId.NextGuid(), ConversationId: NewId.NextGuid());
        var envelope = Engine.Serializer.Pack(message, type, change?.Invoke(head) ?? head, Now);
        var deliveries = Engine.Route(envelope);
        if (deliveries.Count == 0)
            throw new ArgumentException(
                $"No saga or consumer in the lab accepts {Formatting.TypeName(type)}. Accepted types: {string.Join(", ", Engine.Receivers.SelectMany(it => it.ConsumedTypes).Select(Formatting.TypeName).Distinct().Order(StringComparer.Ordinal))}.",
                nameof(message)
            );
        World = World with
        {
            InFlight = World.InFlight.AddRange(
                payload is null ? deliveries : deliveries.Select(it => it with { Payloads = [payload] })
            ),
        };
    }

    async Task IStage.Store(ISaga saga, CancellationToken cancellationToken)
    {
        var before = World;
        Store(saga);
        await Engine.WriteThrough(before, World, cancellationToken);
    }

    async Task IStage.Deliver(object message, Type type, Guid messageId, CancellationToken cancellationToken)
    {
        Put(message, type, messageId);
        await Settle(cancellationToken);
    }

    Task IStage.Request(object message, Type type, Guid messageId, CancellationToken cancellationToken) =>
        Request(message, type, messageId, cancellationToken);

    Task IStage.Respond(Type request, object response, CancellationToken cancellationToken) =>
        Respond(request, response, cancellationToken);

    Task IStage.Fail(Type request, Exception exception, CancellationToken cancellationToken) =>
        Fail(request, exception, cancellationToken);

    async Task Request(object message, Type type, Guid? messageId, CancellationToken cancellationToken)
    {
        Put(message, type, messageId, head => head with { RequestId = NewId.NextGuid(), ResponseAddress = Requester });
        await Settle(cancellationToken);
    }

    async Task Respond(Type asked, object response, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(response);
        var request = LastRequest(asked);
        await Respond(
            request,
            Engine.Serializer.Pack(response, response.GetType(), ResponseTo(request), Now),
            cancellationToken
        );
    }

    async Task Fail(Type asked, Exception exception, CancellationToken cancellationToken)
    {
        var request = LastRequest(asked);
        await Respond(request, Engine.FaultOf(request, exception, Now), cancellationToken);
    }

    Envelope LastRequest(Type type) =>
        Observations
            .LastOrDefault(it =>
                it.Kind is ObservationKind.Published or ObservationKind.Sent
                && it.MessageType == type
                && it.Envelope!.RequestId is not null
            )
            ?.Envelope
        ?? throw NoRequest(type, Timeline);

    /// <summary>Creates the exception for a scenario that answers a request which was not made.</summary>
    internal static InvalidOperationException NoRequest(Type type, string timeline) =>
        new($"No request {Formatting.TypeName(type)} was made in the lab:\n{timeline}");

    static Serializer.Head ResponseTo(Envelope request) =>
        new(
            NewId.NextGuid(),
            RequestId: request.RequestId,
            CorrelationId: request.CorrelationId,
            ConversationId: request.ConversationId
        );

    Task Respond(Envelope request, Envelope response, CancellationToken cancellationToken)
    {
        World = World with { InFlight = World.InFlight.AddRange(Engine.Route(response, request.ResponseAddress)) };
        return Settle(cancellationToken);
    }

    SagaLabException NeverEnds() =>
        new(
            $"More than {_maxSteps} messages follow from one step; they do not end. The last ones:\n"
                + ObservationText.Timeline(World.Log.TakeLast(20))
        );
}
