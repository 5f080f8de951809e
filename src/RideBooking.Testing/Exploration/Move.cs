using RideBooking.Testing.Engine;

namespace RideBooking.Testing.Exploration;

/// <summary>One thing that can happen next.</summary>
/// <param name="Kind">Which kind of thing.</param>
/// <param name="What">Which delivery or timer, by its content: the same in another order of events.</param>
/// <param name="Point">At which point the process dies.</param>
readonly record struct Move(MoveKind Kind, UInt128 What, int Point = 0);

enum MoveKind
{
    Deliver,
    DeliverAndDuplicate,
    Crash,
    DeliverAndCross,
    Timer,
}

/// <summary>A state of the world on a way, and what may still be done to it.</summary>
sealed class Node
{
    public required World World { get; init; }

    public required UInt128 Said { get; init; }

    public required int DuplicatesLeft { get; init; }

    public required int CrashesLeft { get; init; }

    public required int TimersLeft { get; init; }

    public Node? Before { get; init; }

    public Move Move { get; init; }

    /// <summary>Which of the moves from the node before it is.</summary>
    public int Index { get; init; }

    public IReadOnlyList<Move> Moves()
    {
        List<Move> moves = [];
        for (var at = this; at.Before is not null; at = at.Before)
            moves.Add(at.Move);
        moves.Reverse();
        return moves;
    }

    /// <summary>The way here, to be gone again.</summary>
    public string Seed()
    {
        List<string> steps = [];
        for (var at = this; at.Before is not null; at = at.Before)
            steps.Add(at.Index.ToString("x", System.Globalization.CultureInfo.InvariantCulture));
        steps.Reverse();
        return string.Join('.', steps);
    }
}
