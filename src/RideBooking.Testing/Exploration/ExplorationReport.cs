namespace RideBooking.Testing;

/// <summary>What an exploration has seen.</summary>
public sealed class ExplorationReport
{
    /// <summary>How many different states of the world were looked at (random ways: how many steps were made).</summary>
    public required int States { get; init; }

    /// <summary>How many ways came to an end.</summary>
    public required int Ends { get; init; }

    /// <summary>How many messages went through a real pipe; what is known is not asked again.</summary>
    public required int Handlings { get; init; }

    /// <summary>How long it took, real time.</summary>
    public required TimeSpan Took { get; init; }

    /// <summary>The breach that was found, or null.</summary>
    public Breach? Breach { get; init; }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{States} states, {Ends} ends, {Handlings} handled messages, {Took.TotalSeconds:0.00} s: "
        + (Breach is null ? "all invariants hold." : $"\n{Breach}");
}
