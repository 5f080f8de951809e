using System.Collections.Immutable;
using System.Collections.ObjectModel;
using MassTransit;
using MassTransit.Events;
using MassTransit.Metadata;
using MassTransit.Middleware;
using MassTransit.Serialization;
using RideBooking.Testing.Coverage;
using RideBooking.Testing.Values;

namespace RideBooking.Testing.Engine;

/// <summary>What came of one delivery. Nothing of it has been applied to a world.</summary>
sealed record Handled(World Before, Handling Handling, Exception? Fault)
{
    public Delivery Delivery => Handling.Delivery;

    public int Messages => Handling.Said.Count;
}

/// <summary>The laws of the lab: from one world to the next.</summary>
sealed class LabEngine : IAsyncDisposable
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
        _bus = new LabBus(setup, _present, Wire);
    }

    public Wire Wire { get; } = new();

    /// <summary>What every run and exploration of the lab has tried.</summary>
    public CoverageLog Coverage { get; } = new();

    public IReadOnlyList<Receiver> Receivers => _bus.Receivers;

    public IEnumerable<Machine> Machines => _bus.Machines;

    public OutboxKind Outbox => _setup.OutboxKind;

    public ValueTask DisposeAsync() => _bus.DisposeAsync();

    /// <summary>Puts a message through the receiver's real pipe.</summary>
    public async Task<Handled> Handle(World world, Delivery delivery, CancellationToken stop, bool isReplayable = false)
    {
        var handling = new Handling(world, delivery, isReplayable);
        if (world.Inbox.Contains((delivery.To.Name, delivery.Envelope.MessageId)))
            return new Handled(world, handling, null);
        Exception? fault = null;
        try
        {
            await handling.Finish(Dispatch());
        }
        catch (Exception thrown) when (thrown is not OperationCanceledException || !stop.IsCancellationRequested)
        {
            fault = thrown;
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
                stop,
                [.. delivery.Payloads]
            );
        }
    }

    /// <summary>The world after a delivery has run its course.</summary>
    public World Apply(Handled handled)
    {
        var (world, delivery) = (handled.Before, handled.Delivery);
        if (world.Inbox.Contains((delivery.To.Name, delivery.Envelope.MessageId)))
            return world.With(About(handled, HappeningKind.Deduplicated));
        world = world with { Now = handled.Handling.Now };
        world = world.With(Delivered(handled));
        if (handled.Fault is not null)
            return Failed(Outbox == OutboxKind.None ? Release(world, handled, handled.Messages) : world, handled);
        world = Release(world, handled, handled.Messages);
        return Acknowledge(Commit(world, handled), handled);
    }

    /// <summary>The ways in which the process can die over a delivery, in words.</summary>
    public IReadOnlyList<string> CrashPoints(Handled handled)
    {
        if (handled.Fault is not null)
            return [];
        string After(int count) => $"after {count} of {handled.Messages} messages left";
        return Outbox switch
        {
            OutboxKind.None =>
            [
                .. Enumerable.Range(0, handled.Messages + 1).Select(count => $"before commit, {After(count)}"),
                "after commit, before ack",
            ],
            OutboxKind.InMemory =>
            [
                "before commit",
                .. Enumerable.Range(0, handled.Messages + 1).Select(count => $"after commit, {After(count)}"),
            ],
            _ => ["before commit", "after commit, before ack"],
        };
    }

    /// <summary>The world after the process died at a point; the broker delivers the message again.</summary>
    public World Crash(Handled handled, int point)
    {
        var points = CrashPoints(handled);
        var world = handled.Before with { Now = handled.Handling.Now };
        world = world.With(Delivered(handled));
        var (commits, released) = Outbox switch
        {
            OutboxKind.None => (point == points.Count - 1, Math.Min(point, handled.Messages)),
            OutboxKind.InMemory => (point > 0, Math.Max(0, point - 1)),
            _ => (point == 1, point == 1 ? handled.Messages : 0),
        };
        world = Release(world, handled, released);
        if (commits)
            world = Commit(world, handled);
        return world.With(About(handled, HappeningKind.Crashed, () => points[point])) with
        {
            InFlight = world.InFlight.Add(handled.Delivery with { Tries = handled.Delivery.Tries + 1 }),
        };
    }

    /// <summary>Whether a message that fails comes again.</summary>
    public bool TriesAgain => _setup.RetryPolicy is not null || _setup.RedeliveryPolicy is not null;

    /// <summary>The world after a handler failed that had already said something; its message comes again.</summary>
    public World FailAndTryAgain(Handled handled)
    {
        var world = Release(handled.Before.With(Delivered(handled)), handled, handled.Messages);
        var again = handled.Delivery with
        {
            Attempt = handled.Delivery.Attempt + 1,
            Tries = handled.Delivery.Tries + 1,
        };
        return world with { InFlight = world.InFlight.Add(again) };
    }

    /// <summary>The same delivery once more, in a way that an inbox does not notice.</summary>
    public Delivery DuplicateOf(Delivery delivery, DateTimeOffset now)
    {
        var again = delivery with { Tries = delivery.Tries + 1 };
        if (Outbox != OutboxKind.Transactional)
            return again;
        var head = new Wire.Head(
            Ids.Of(delivery.Envelope.MessageId, delivery.Tries, -1),
            delivery.Envelope.RequestId,
            delivery.Envelope.ResponseAddress,
            delivery.Envelope.FaultAddress,
            delivery.Envelope.CorrelationId,
            delivery.Envelope.ConversationId,
            delivery.Envelope.Headers
        );
        return again with { Envelope = Wire.Pack(delivery.Envelope.Message, delivery.Envelope.Type, head, now) };
    }

    /// <summary>
    /// The world without the deliveries that the inbox drops. When it drops them makes no difference to anything, so an
    /// exploration need not try every moment.
    /// </summary>
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

    /// <summary>The message at every receiver that takes it.</summary>
    public IReadOnlyList<Delivery> Route(Envelope envelope, Uri? destination = null) =>
        [
            .. Receivers
                .Where(receiver =>
                    destination is null
                        ? receiver.TakesA(envelope.Type)
                        : receiver.Name == destination.AbsolutePath.TrimStart('/')
                )
                .Select(receiver => new Delivery(receiver, envelope)),
        ];

    /// <summary>The world in which this message, which was due, is on its way.</summary>
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
                new Happening
                {
                    Kind = HappeningKind.Changed,
                    At = handled.Handling.Now,
                    Receiver = handled.Delivery.To.Name,
                    Says = () => Change(machine, key, before, after),
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
        handled.Delivery.To.Machine is not null && !handled.Handling.MetAnInstance
            ? world.With(About(handled, HappeningKind.Unclaimed))
            : world;

    World Release(World world, Handled handled, int count)
    {
        foreach (var said in handled.Handling.Said.Take(count))
            world = Release(world, handled, said);
        return world;
    }

    World Release(World world, Handled handled, Outgoing said)
    {
        switch (said)
        {
            case Outgoing.Published(var envelope):
                return world.With(Of(handled, HappeningKind.Published, envelope)) with
                {
                    InFlight = world.InFlight.AddRange(Route(envelope)),
                };
            case Outgoing.Sent(var envelope, var destination, var isResponse):
                var kind = isResponse ? HappeningKind.Responded : HappeningKind.Sent;
                return world.With(Of(handled, kind, envelope, destination)) with
                {
                    InFlight = world.InFlight.AddRange(Route(envelope, destination)),
                };
            case Outgoing.Scheduled(var due):
                return world.With(
                    Of(handled, HappeningKind.Scheduled, due.Envelope, due.Destination, due.Due, due.Token)
                ) with
                {
                    Due = world.Due.Add(due),
                };
            case Outgoing.Cancelled(var token):
                var waiting = world.Due.Find(due => due.Token == token);
                return world.With(Of(handled, HappeningKind.Cancelled, waiting?.Envelope, token: token)) with
                {
                    Due = waiting is null ? world.Due : world.Due.Remove(waiting),
                };
            default:
                throw new InvalidOperationException($"{said} is not known.");
        }
    }

    World Failed(World world, Handled handled)
    {
        var (delivery, fault) = (handled.Delivery, handled.Fault!);
        if (NextTry(_setup.RetryPolicy, fault, delivery.Attempt) is { } retry)
            return Later(
                world,
                handled,
                retry,
                $"retry {delivery.Attempt + 1}",
                delivery with
                {
                    Attempt = delivery.Attempt + 1,
                    Tries = delivery.Tries + 1,
                }
            );
        if (NextTry(_setup.RedeliveryPolicy, fault, delivery.Redelivery) is { } redelivery)
        {
            var again = Wire.Repack(
                delivery.Envelope,
                world.Now + redelivery,
                (MessageHeaders.RedeliveryCount, delivery.Redelivery + 1)
            );
            var next = new Delivery(delivery.To, again, 0, delivery.Redelivery + 1, delivery.Tries + 1);
            return Later(world, handled, redelivery, $"redelivery {next.Redelivery}", next);
        }
        world = world.With(
            new Happening
            {
                Kind = HappeningKind.Faulted,
                At = world.Now,
                Receiver = delivery.To.Name,
                Envelope = delivery.Envelope,
                Exception = fault,
            }
        );
        var notice = FaultOf(delivery.Envelope, fault, world.Now);
        var to = delivery.Envelope.FaultAddress ?? delivery.Envelope.ResponseAddress;
        return world with { InFlight = world.InFlight.AddRange(Route(notice, to)) };
    }

    static World Later(World world, Handled handled, TimeSpan delay, string what, Delivery again)
    {
        var due = world.Now + delay;
        return world.With(
            new Happening
            {
                Kind = HappeningKind.WillRetry,
                At = world.Now,
                Receiver = again.To.Name,
                Envelope = again.Envelope,
                Exception = handled.Fault,
                Due = due,
                Says = () => what,
            }
        ) with
        {
            // At once means at once: no time passes, so nobody has to let it pass.
            InFlight = delay <= TimeSpan.Zero ? world.InFlight.Add(again) : world.InFlight,
            Due =
                delay <= TimeSpan.Zero
                    ? world.Due
                    : world.Due.Add(new DueMessage(due, Guid.Empty, again.Envelope, Again: again)),
        };
    }

    /// <summary>What the policy says after so many attempts: how long until the next, or null if there is none.</summary>
    static TimeSpan? NextTry(IRetryPolicy? policy, Exception fault, int attempts)
    {
        if (policy is null || !policy.IsHandled(fault))
            return null;
        using var context = policy.CreatePolicyContext(new Nobody());
        if (!context.CanRetry(fault, out var retry))
            return null;
        for (var attempt = 0; attempt < attempts; attempt++)
            if (!retry.CanRetry(fault, out retry))
                return null;
        return retry.Delay ?? TimeSpan.Zero;
    }

    sealed class Nobody : BasePipeContext;

    /// <summary>What MassTransit publishes when a message has failed for good.</summary>
    public Envelope FaultOf(Envelope failed, Exception fault, DateTimeOffset now)
    {
        var notice = Activator.CreateInstance(
            typeof(FaultEvent<>).MakeGenericType(failed.Type),
            failed.Message,
            (Guid?)failed.MessageId,
            new BusHostInfo(true),
            fault,
            new[] { MessageUrn.ForTypeString(failed.Type) }
        )!;
        var head = new Wire.Head(
            NewId.NextGuid(),
            RequestId: failed.RequestId,
            CorrelationId: failed.CorrelationId,
            ConversationId: failed.ConversationId
        );
        return Wire.Pack(notice, typeof(Fault<>).MakeGenericType(failed.Type), head, now);
    }

    static string Change(Machine machine, SagaKey key, object? before, object? after)
    {
        var name = $"{Words.TypeName(key.Type)} {key.Id}";
        if (after is null)
            return $"{name}: {machine.StateOf(before)} → removed";
        if (before is null)
            return $"{name}: new → {machine.StateOf(after)}";
        var old = Facts.Of(before).ToDictionary(fact => fact.Path, fact => fact.Value);
        var changes = Facts
            .Of(after)
            .Where(fact => old.GetValueOrDefault(fact.Path) != fact.Value)
            .Select(fact => $"{fact.Path}: {old.GetValueOrDefault(fact.Path, "nothing")} → {fact.Value}")
            .ToList();
        return changes.Count == 0 ? $"{name}: as it was" : $"{name}: {string.Join(", ", changes)}";
    }

    static Happening Delivered(Handled handled) =>
        Note(
            handled,
            HappeningKind.Delivered,
            () =>
                handled.Delivery switch
                {
                    { Attempt: > 0 } delivery => $" (retry {delivery.Attempt})",
                    { Redelivery: > 0 } delivery => $" (redelivery {delivery.Redelivery})",
                    _ => "",
                },
            handled.Delivery.Envelope,
            handled.Before.Now
        );

    static Happening About(Handled handled, HappeningKind kind, Func<string>? says = null) =>
        Note(handled, kind, says, handled.Delivery.Envelope);

    static Happening Note(
        Handled handled,
        HappeningKind kind,
        Func<string>? says,
        Envelope? envelope = null,
        DateTimeOffset? at = null
    ) =>
        new()
        {
            Kind = kind,
            At = at ?? handled.Handling.Now,
            Receiver = handled.Delivery.To.Name,
            Envelope = envelope,
            Says = says,
        };

    static Happening Of(
        Handled handled,
        HappeningKind kind,
        Envelope? envelope,
        Uri? destination = null,
        DateTimeOffset? due = null,
        Guid? token = null
    ) =>
        new()
        {
            Kind = kind,
            At = handled.Handling.Now,
            Receiver = handled.Delivery.To.Name,
            Envelope = envelope,
            Destination = destination,
            Due = due,
            Token = token,
        };
}
