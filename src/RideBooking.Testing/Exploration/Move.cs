using RideBooking.Testing.Engine;

namespace RideBooking.Testing.Exploration;

/// <summary>Something that can happen next.</summary>
/// <param name="Kind">The kind of move.</param>
/// <param name="What">The delivery or timer, identified by its content, so that it is the same in another order of events.</param>
/// <param name="Point">The point at which the process crashes.</param>
readonly record struct Move(MoveKind Kind, UInt128 What, int Point = 0);

enum MoveKind
{
    Deliver,
    DeliverAndDuplicate,
    Crash,
    DeliverAndCross,
    Timer,
}

/// <summary>A state of the world on a path, with the faults that may still happen.</summary>
sealed class Node
{
    public required World World { get; init; }

    public required UInt128 OutcomeHash { get; init; }

    public required int DuplicatesLeft { get; init; }

    public required int CrashesLeft { get; init; }

    public required int TimersLeft { get; init; }

    public Node? Before { get; init; }

    public Move Move { get; init; }

    /// <summary>The index of the move among those of the previous node.</summary>
    public int Index { get; init; }

    public IReadOnlyList<Move> Moves()
    {
        List<Move> moves = [];
        for (var at = this; at.Before is not null; at = at.Before)
            moves.Add(at.Move);
        moves.Reverse();
        return moves;
    }

    /// <summary>The path to this node as a seed for a replay.</summary>
    public string Seed()
    {
        List<string> steps = [];
        for (var at = this; at.Before is not null; at = at.Before)
            steps.Add(at.Index.ToString("x", System.Globalization.CultureInfo.InvariantCulture));
        steps.Reverse();
        return string.Join('.', steps);
    }
}
