using System.Collections.Immutable;
using System.Collections.ObjectModel;
using MassTransit;
using MassTransit.Serialization;
using RideBooking.Testing.Coverage;
using RideBooking.Testing.Values;

namespace RideBooking.Testing.Engine;

/// <summary>The result of one delivery. It is not applied to a world yet.</summary>
sealed record Handled(World Before, Handling Handling, Exception? Fault)
{
    public Delivery Delivery => Handling.Delivery;

    public int Messages => Handling.Outputs.Count;
}

/// <summary>The rules of the lab: computes the next world from the current one.</summary>
sealed partial class LabEngine : IAsyncDisposable
{
    static readonly ReadOnlyDictionary<string, object> s_transportHeaders = new(
        new Dictionary<string, object>
        {
            [MessageHeaders.ContentType] = SystemTextJsonMessageSerializer.Instance.ContentType.ToString(),
        }
    );

    readonly AsyncLocal<Handling?> _present = new();
    readonly LabSetup _setup;
    readonly LabBus _bus;

    public LabEngine(LabSetup setup)
    {
        _setup = setup;
        _bus = new LabBus(setup, _present, Serializer);
    }

    public Serializer Serializer { get; } = new();

    /// <summary>Everything that the runs and explorations of the lab have tried.</summary>
    public CoverageLog Coverage { get; } = new();

    public IReadOnlyList<Receiver> Receivers => _bus.Receivers;

    public IEnumerable<Machine> Machines => _bus.Machines;

    public OutboxKind Outbox => _setup.OutboxKind;

    /// <summary>
    /// Whether stored sagas are also written to an external store, which cannot follow from one world to another.
    /// </summary>
    public bool WritesThrough => _setup.WriteThroughs.Count > 0;

    public ValueTask DisposeAsync() => _bus.DisposeAsync();

    /// <summary>Passes a message through the receiver's real pipe.</summary>
    public async Task<Handled> Handle(
        World world,
        Delivery delivery,
        CancellationToken cancellationToken,
        bool isReplayable = false
    )
    {
        var handling = new Handling(world, delivery, isReplayable);
        if (world.Inbox.Contains((delivery.To.Name, delivery.Envelope.MessageId)))
            return new Handled(world, handling, null);
        Exception? fault = null;
        try
        {
            await handling.Finish(Dispatch());
        }
        catch (Exception exception)
            when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            fault = exception;
        }
        var handled = new Handled(world, handling, fault);
        Coverage.Note(handled);
        return handled;

        async Task Dispatch()
        {
            _present.Value = handling;
            await delivery.To.Dispatcher.Dispatch(
                delivery.Envelope.Body,
                s_transportHeaders,
                cancellationToken,
                [.. delivery.Payloads]
            );
        }
    }

    /// <summary>Returns the world after a delivery is complete.</summary>
    public World Apply(Handled handled)
    {
        var (world, delivery) = (handled.Before, handled.Delivery);
        if (world.Inbox.Contains((delivery.To.Name, delivery.Envelope.MessageId)))
            return world.With(Trace.About(handled, ObservationKind.Deduplicated));
        world = world with { Now = handled.Handling.Now };
        world = world.With(Trace.Delivered(handled));
        if (handled.Fault is not null)
            return Failed(Outbox == OutboxKind.None ? Release(world, handled, handled.Messages) : world, handled);
        world = Release(world, handled, handled.Messages);
        return Acknowledge(Commit(world, handled), handled);
    }

    /// <summary>Writes the changes between two worlds to external stores of the sagas.</summary>
    public async Task WriteThrough(World before, World after, CancellationToken cancellationToken)
    {
        if (!WritesThrough || ReferenceEquals(before.Sagas, after.Sagas))
            return;
        foreach (var key in before.Sagas.Keys.Union(after.Sagas.Keys))
        {
            var saga = after.Sagas.GetValueOrDefault(key);
            if (
                ReferenceEquals(saga, before.Sagas.GetValueOrDefault(key))
                || !_setup.WriteThroughs.TryGetValue(key.Type, out var write)
            )
                continue;
            await using var scope = _bus.NewScope();
            await write(scope.ServiceProvider, key.Id, saga is null ? null : DeepCopy.Of(saga), cancellationToken);
        }
    }

    /// <summary>Returns the world without the deliveries that the inbox drops.</summary>
    /// <remarks>The moment of dropping them changes nothing else, so an exploration need not try every moment.</remarks>
    public World DropKnown(World world)
    {
        foreach (var delivery in world.InFlight)
            if (world.Inbox.Contains((delivery.To.Name, delivery.Envelope.MessageId)))
                world = Apply(new Handled(world, new Handling(world, delivery, isReplayable: true), null)) with
                {
                    InFlight = world.InFlight.Remove(delivery),
                };
        return world;
    }

    /// <summary>Returns one delivery of the message for each receiver that accepts it.</summary>
    public IReadOnlyList<Delivery> Route(Envelope envelope, Uri? destination = null) =>
        [
            .. Receivers
                .Where(receiver =>
                    destination is null
                        ? receiver.Consumes(envelope.Type)
                        : receiver.Name == destination.AbsolutePath.TrimStart('/')
                )
                .Select(receiver => new Delivery(receiver, envelope)),
        ];

    /// <summary>Returns the world in which this message, which was due, is in flight.</summary>
    public World Fire(World world, DueMessage due)
    {
        world = world with { Now = due.Due > world.Now ? due.Due : world.Now, Due = world.Due.Remove(due) };
        return world with
        {
            InFlight = world.InFlight.AddRange(due.Again is { } again ? [again] : Route(due.Envelope, due.Destination)),
        };
    }

    World Commit(World world, Handled handled)
    {
        var sagas = handled.Handling.Committed(world.Sagas);
        foreach (var key in handled.Handling.Met.Keys)
        {
            var (before, after) = (world.Sagas.GetValueOrDefault(key), sagas.GetValueOrDefault(key));
            if (ReferenceEquals(before, after))
                continue;
            var machine = Machines.Single(it => it.Saga == key.Type);
            world = world.With(
                new Observation
                {
                    Kind = ObservationKind.Changed,
                    At = handled.Handling.Now,
                    Receiver = handled.Delivery.To.Name,
                    Says = () => Trace.Change(machine, key, before, after),
                    Transition = (machine.StateOf(before), after is null ? "removed" : machine.StateOf(after)),
                }
            );
        }
        return world with
        {
            Sagas = sagas,
            Inbox =
                Outbox == OutboxKind.Transactional
                    ? world.Inbox.Add((handled.Delivery.To.Name, handled.Delivery.Envelope.MessageId))
                    : world.Inbox,
        };
    }

    static World Acknowledge(World world, Handled handled) =>
        handled.Delivery.To.Machine is not null && !handled.Handling.FoundInstance
            ? world.With(Trace.About(handled, ObservationKind.Unclaimed))
            : world;

    World Release(World world, Handled handled, int count)
    {
        foreach (var output in handled.Handling.Outputs.Take(count))
            world = Release(world, handled, output);
        return world;
    }

    World Release(World world, Handled handled, Outgoing output)
    {
        switch (output)
        {
            case Outgoing.Published(var envelope):
                return world.With(Trace.Of(handled, ObservationKind.Published, envelope)) with
                {
                    InFlight = world.InFlight.AddRange(Route(envelope)),
                };
            case Outgoing.Sent(var envelope, var destination, var isResponse):
                var kind = isResponse ? ObservationKind.Responded : ObservationKind.Sent;
                return world.With(Trace.Of(handled, kind, envelope, destination)) with
                {
                    InFlight = world.InFlight.AddRange(Route(envelope, destination)),
                };
            case Outgoing.Scheduled(var due):
                return world.With(
                    Trace.Of(handled, ObservationKind.Scheduled, due.Envelope, due.Destination, due.Due, due.Token)
                ) with
                {
                    Due = world.Due.Add(due),
                };
            case Outgoing.Cancelled(var token):
                var waiting = world.Due.Find(due => due.Token == token);
                return world.With(Trace.Of(handled, ObservationKind.Cancelled, waiting?.Envelope, token: token)) with
                {
                    Due = waiting is null ? world.Due : world.Due.Remove(waiting),
                };
            default:
                throw new InvalidOperationException($"{output} is not known.");
        }
    }
}
