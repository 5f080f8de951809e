using System.Text;
using MassTransit;

namespace RideBooking.Testing.Analysis;

/// <summary>Draws a machine's states and transitions as a Mermaid state diagram.</summary>
static class StateDiagram
{
    const string Outside = "[*]";

    public static string Of(StateMachine machine)
    {
        var map = new MachineMap(machine);
        var ways = map
            .Transitions.Select(way => (way.From, way.Event, way.To))
            .Where(way => way.From != way.To)
            .Distinct()
            .ToList();
        var text = new StringBuilder("stateDiagram-v2");
        foreach (var (from, @event, to) in ways)
            text.Append($"\n    {Id(machine, from)} --> {Id(machine, to)}: {@event}");
        foreach (
            var end in MachineAnalysis
                .StatesBetween(machine)
                .Where(state => ways.TrueForAll(way => way.From != state.Name))
        )
            text.Append($"\n    {Id(machine, end.Name)} --> {Outside}");
        return text.ToString();
    }

    /// <summary>The state's name in Mermaid, which has a symbol of its own for start and end.</summary>
    public static string Id(StateMachine machine, string state) =>
        state == machine.Initial.Name || state == machine.Final.Name ? Outside : state.Replace('.', '_');
}
