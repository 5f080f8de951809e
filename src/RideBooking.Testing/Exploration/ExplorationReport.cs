namespace RideBooking.Testing;

/// <summary>The results of an exploration.</summary>
public sealed class ExplorationReport
{
    /// <summary>
    /// The number of different states of the world that were visited; for random paths, the number of steps.
    /// </summary>
    public required int States { get; init; }

    /// <summary>The number of paths that reached an end.</summary>
    public required int Ends { get; init; }

    /// <summary>The number of messages that went through a real pipe. Known results are reused.</summary>
    public required int Handlings { get; init; }

    /// <summary>The duration in real time.</summary>
    public required TimeSpan Took { get; init; }

    /// <summary>The violation that was found, or null.</summary>
    public Violation? Violation { get; init; }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{States} states, {Ends} ends, {Handlings} handled messages, {Took.TotalSeconds:0.00} s: "
        + (Violation is null ? "all invariants hold." : $"\n{Violation}");
}
