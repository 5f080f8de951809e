using RideBooking.Testing.Engine;
using RideBooking.Testing.Exploration;
using RideBooking.Testing.Values;

namespace RideBooking.Testing;

/// <summary>An invariant that does not hold, and the shortest way there that was found.</summary>
public sealed class Breach
{
    internal Breach(LabEngine engine, Invariant invariant, Node node, bool atTheEnd)
    {
        Invariant = invariant.Name;
        View = new LabView(engine, atTheEnd ? StateSpace.WhenFinished(node.World) : node.World);
        Steps = node.Moves().Count;
        Seed = node.Seed();
    }

    /// <summary>The name of the invariant.</summary>
    public string Invariant { get; }

    /// <summary>The world in which it does not hold.</summary>
    public LabView View { get; }

    /// <summary>How many steps lead there.</summary>
    public int Steps { get; }

    /// <summary>Goes the same way again: <see cref="ExplorationSetup.Replay"/>.</summary>
    public string Seed { get; }

    /// <summary>The way as a Mermaid sequence diagram.</summary>
    public string Diagram => SequenceDiagram.Of(View.Observations);

    /// <inheritdoc/>
    public override string ToString() =>
        $"""
            Broken after {Steps} steps: {Invariant}

            {View.Timeline}

            ```mermaid
            {Diagram}
            ```

            To go the same way again: .Replay("{Seed}")
            """;
}
