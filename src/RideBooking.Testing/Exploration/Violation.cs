using RideBooking.Testing.Engine;
using RideBooking.Testing.Exploration;
using RideBooking.Testing.Values;

namespace RideBooking.Testing;

/// <summary>A violation of an invariant, with the shortest path to it that was found.</summary>
public sealed class Violation
{
    internal Violation(LabEngine engine, Invariant invariant, Node node, bool atTheEnd)
    {
        Invariant = invariant.Name;
        View = new LabView(engine, atTheEnd ? StateSpace.WhenFinished(node.World) : node.World);
        Steps = node.Moves().Count;
        Seed = node.Seed();
    }

    /// <summary>The name of the invariant.</summary>
    public string Invariant { get; }

    /// <summary>The world in which the invariant is violated.</summary>
    public LabView View { get; }

    /// <summary>The number of steps that lead there.</summary>
    public int Steps { get; }

    /// <summary>The seed that replays the same path: <see cref="ExplorationSetup.Replay"/>.</summary>
    public string Seed { get; }

    /// <summary>The path as a Mermaid sequence diagram.</summary>
    public string Diagram => SequenceDiagram.Of(View.Observations);

    /// <inheritdoc/>
    public override string ToString() =>
        $"""
            Broken after {Steps} steps: {Invariant}

            {View.Timeline}

            ```mermaid
            {Diagram}
            ```

            To replay this path: .Replay("{Seed}")
            """;
}
