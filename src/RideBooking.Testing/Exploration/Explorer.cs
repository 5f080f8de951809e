using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using RideBooking.Testing.Engine;
using RideBooking.Testing.Values;

namespace RideBooking.Testing.Exploration;

/// <summary>Searches for a state in which an invariant is violated.</summary>
sealed class Explorer(SagaLab lab, ExplorationSetup setup)
{
    // One copy of each stored instance, however often invariants read it.
    readonly ConditionalWeakTable<object, object> _copies = [];
    readonly StateSpace _space = new(lab.Engine, setup);
    readonly long _began = Stopwatch.GetTimestamp();

    int _states;
    int _ends;

    public async Task<ExplorationReport> Run(CancellationToken cancellationToken)
    {
        var root = await _space.Root(lab, cancellationToken);
        var found =
            setup.Path is { } path ? await Follow(root, path, cancellationToken)
            : setup.TimeBox is { } time ? await WalkRandomly(root, time, cancellationToken)
            : await ExploreAll(root, cancellationToken);
        return new ExplorationReport
        {
            States = _states,
            Ends = _ends,
            Handlings = _space.Handlings,
            Took = Stopwatch.GetElapsedTime(_began),
            Violation = found is var (node, invariant)
                ? new Violation(lab.Engine, invariant, node, setup.FinallyInvariants.Contains(invariant))
                : null,
        };
    }

    /// <summary>Searches breadth first, so that the first violation is one of the shortest.</summary>
    async Task<(Node, Invariant)?> ExploreAll(Node root, CancellationToken cancellationToken)
    {
        var seen = new HashSet<UInt128> { _space.KeyOf(root) };
        var open = new Queue<Node>([root]);
        while (open.TryDequeue(out var node))
        {
            cancellationToken.ThrowIfCancellationRequested();
            _states++;
            if (_states > setup.MaxStates)
                throw new SagaLabException(
                    $"There are more than {setup.MaxStates} states. Explore fewer events, or follow random paths with {nameof(ExplorationSetup.Randomly)}."
                );
            if (Broken(node.World, setup.AlwaysInvariants) is { } broken)
                return (node, broken);
            var next = await _space.Next(node, cancellationToken);
            foreach (var one in next)
                if (seen.Add(_space.KeyOf(one)))
                    open.Enqueue(one);
            if (next.Count == 0 && WhenFinished(node) is { } end)
                return end;
        }
        return null;
    }

    async Task<(Node, Invariant)?> WalkRandomly(Node root, TimeSpan time, CancellationToken cancellationToken)
    {
        var random = new Random(setup.RandomSeed);
        while (Stopwatch.GetElapsedTime(_began) < time)
        {
            var node = root;
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                _states++;
                if (Broken(node.World, setup.AlwaysInvariants) is { } broken)
                    return await Shorten(root, node, broken, cancellationToken);
                var next = await _space.Next(node, cancellationToken);
                if (next.Count == 0)
                {
                    if (WhenFinished(node) is var (end, invariant))
                        return await Shorten(root, end, invariant, cancellationToken);
                    break;
                }
                node = next[random.Next(next.Count)];
            }
        }
        return null;
    }

    async Task<(Node, Invariant)?> Follow(Node root, string path, CancellationToken cancellationToken)
    {
        var node = root;
        foreach (var step in path.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            var next = await _space.Next(node, cancellationToken);
            if (
                !int.TryParse(step, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var index)
                || index >= next.Count
            )
                throw new SagaLabException($"The seed does not fit: {step} is not a possible next move.");
            node = next[index];
            _states++;
        }
        if (Broken(node.World, setup.AlwaysInvariants) is { } broken)
            return (node, broken);
        return (await _space.Next(node, cancellationToken)).Count == 0 ? WhenFinished(node) : null;
    }

    /// <summary>Removes steps that the violation does not need, for as long as any can be removed.</summary>
    async Task<(Node, Invariant)?> Shorten(
        Node root,
        Node node,
        Invariant invariant,
        CancellationToken cancellationToken
    )
    {
        var moves = node.Moves().ToList();
        for (var length = moves.Count / 2; length >= 1; )
        {
            var shorter = false;
            for (var from = 0; from + length <= moves.Count; from++)
            {
                List<Move> candidate = [.. moves[..from], .. moves[(from + length)..]];
                if (await Breaks(root, candidate, invariant, cancellationToken) is not { } found)
                    continue;
                (node, moves, shorter) = (found, [.. found.Moves()], true);
                break;
            }
            if (!shorter)
                length /= 2;
            else
                length = Math.Min(length, Math.Max(1, moves.Count / 2));
        }
        return (node, invariant);
    }

    /// <summary>Follows a path as far as possible, and returns where the invariant was violated.</summary>
    async Task<Node?> Breaks(Node root, List<Move> moves, Invariant invariant, CancellationToken cancellationToken)
    {
        var node = root;
        foreach (var move in moves)
        {
            if (setup.AlwaysInvariants.Contains(invariant) && !Holds(node.World, invariant))
                return node;
            if ((await _space.Next(node, cancellationToken)).Find(one => one.Move == move) is { } next)
                node = next;
        }
        if (setup.AlwaysInvariants.Contains(invariant))
            return Holds(node.World, invariant) ? null : node;
        return
            (await _space.Next(node, cancellationToken)).Count == 0
            && !Holds(StateSpace.WhenFinished(node.World), invariant)
            ? node
            : null;
    }

    (Node, Invariant)? WhenFinished(Node node)
    {
        _ends++;
        return Broken(StateSpace.WhenFinished(node.World), setup.FinallyInvariants) is { } broken
            ? (node, broken)
            : null;
    }

    Invariant? Broken(World world, IReadOnlyList<Invariant> invariants)
    {
        if (invariants.Count == 0)
            return null;
        var view = View(world);
        return invariants.FirstOrDefault(invariant => !invariant.Holds(view));
    }

    bool Holds(World world, Invariant invariant) => invariant.Holds(View(world));

    LabView View(World world) =>
        new(lab.Engine, world, stored => _copies.GetValue(stored, DeepCopy.Of)) { ReportsLosses = setup.ReportsLosses };
}
