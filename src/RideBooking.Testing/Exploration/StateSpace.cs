using RideBooking.Testing.Engine;

namespace RideBooking.Testing.Exploration;

/// <summary>Enumerates everything that can happen from a state. A handler runs only once for the same state.</summary>
sealed class StateSpace(LabEngine engine, ExplorationSetup setup)
{
    const int FailuresThatSay = 2;

    readonly KnownHandlings _known = new(engine);
    readonly Fingerprint _fingerprint = new(setup.ReportsLosses);

    /// <summary>The number of messages that went through a real pipe.</summary>
    public int Handlings => _known.Count;

    public async Task<Node> Root(SagaLab lab, CancellationToken cancellationToken)
    {
        var run = lab.Start();
        foreach (var step in setup.GivenSteps)
            await Step.Run(step, run, cancellationToken);
        if (run.Failed<object>().Count > 0)
            throw new SagaLabException($"The given steps failed:\n{run.Timeline}");
        for (var at = 0; at < setup.Messages.Count; at++)
            run.Put(setup.Messages[at], setup.Messages[at].GetType(), Ids.Of(Guid.Empty, 0, at));
        return new Node
        {
            World = run.World,
            OutcomeHash = 0,
            DuplicatesLeft = setup.MaxDuplicates,
            CrashesLeft = setup.MaxCrashes,
            TimersLeft = setup.MaxTimers,
        };
    }

    public UInt128 KeyOf(Node node) =>
        _fingerprint.Of(node.World)
        + node.OutcomeHash
        + (UInt128)(node.DuplicatesLeft * 1_000_003L + node.CrashesLeft * 1_009L + node.TimersLeft);

    /// <summary>
    /// Returns the possible next moves, always in the same order. An empty list means that the path ends here.
    /// </summary>
    public async Task<List<Node>> Next(Node node, CancellationToken cancellationToken)
    {
        List<Node> next = [];
        var tried = new HashSet<UInt128>();
        for (var at = 0; at < node.World.InFlight.Count; at++)
        {
            var delivery = node.World.InFlight[at];
            var what = _fingerprint.Of(delivery);
            // Of two equal deliveries, it does not matter which comes first.
            if (!tried.Add(what))
                continue;
            var world = node.World with { InFlight = node.World.InFlight.RemoveAt(at) };
            await Deliver(node, world, delivery, what, next, cancellationToken);
        }
        if (node.TimersLeft > 0 && node.World.NextDue is { } due)
            Add(next, node, engine.Fire(node.World, due), new Move(MoveKind.Timer, 0), timers: 1);
        return next;
    }

    /// <summary>Returns the world at its end: messages that still cannot be delivered have failed permanently.</summary>
    public static World WhenFinished(World world)
    {
        foreach (var stuck in world.InFlight)
            world = world.With(
                new Observation
                {
                    Kind = ObservationKind.Faulted,
                    At = world.Now,
                    Receiver = stuck.To.Name,
                    Envelope = stuck.Envelope,
                    Exception = new TimeoutException("The message was retried until nothing else could happen."),
                }
            );
        return world with { InFlight = [] };
    }

    async Task Deliver(
        Node node,
        World world,
        Delivery delivery,
        UInt128 what,
        List<Node> next,
        CancellationToken cancellationToken
    )
    {
        var handled = await _known.Handle(world, delivery, what, _fingerprint, cancellationToken);
        if (handled.Fault is not null && engine.TriesAgain)
        {
            // The message is tried again. If the handler sent nothing before it failed, nothing has changed.
            if (engine.Outbox == OutboxKind.None && handled.Messages > 0 && delivery.Attempt < FailuresThatSay)
                Add(next, node, engine.FailAndTryAgain(handled), new Move(MoveKind.Deliver, what));
            return;
        }
        var after = engine.Apply(handled);
        Add(next, node, after, new Move(MoveKind.Deliver, what));
        if (node.DuplicatesLeft > 0)
            Add(
                next,
                node,
                after with
                {
                    InFlight = after.InFlight.Add(engine.DuplicateOf(delivery, world.Now)),
                },
                new Move(MoveKind.DeliverAndDuplicate, what),
                duplicates: 1
            );
        if (setup.TimersCrossCancellations && Crossing(handled) is { Count: > 0 } crossing)
            Add(
                next,
                node,
                after with
                {
                    InFlight = after.InFlight.AddRange(crossing),
                },
                new Move(MoveKind.DeliverAndCross, what)
            );
        if (node.CrashesLeft > 0)
            for (var point = 0; point < engine.CrashPoints(handled).Count; point++)
                Add(
                    next,
                    node,
                    engine.DropKnown(engine.Crash(handled, point)),
                    new Move(MoveKind.Crash, what, point),
                    crashes: 1
                );
    }

    List<Delivery> Crossing(Handled handled) =>
        [
            .. from cancelled in handled.Handling.Outputs.OfType<Outgoing.Cancelled>()
            let due = handled.Before.Due.Find(due => due.Token == cancelled.Token)
            where due is not null
            from delivery in engine.Route(due.Envelope, due.Destination)
            select delivery,
        ];

    void Add(List<Node> next, Node from, World world, Move move, int duplicates = 0, int crashes = 0, int timers = 0) =>
        next.Add(
            new Node
            {
                World = world,
                OutcomeHash = from.OutcomeHash + _fingerprint.OfOutcomes(world, from.World.Log.Count),
                DuplicatesLeft = from.DuplicatesLeft - duplicates,
                CrashesLeft = from.CrashesLeft - crashes,
                TimersLeft = from.TimersLeft - timers,
                Before = from,
                Move = move,
                Index = next.Count,
            }
        );
}
