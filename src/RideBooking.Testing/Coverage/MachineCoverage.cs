using System.Globalization;
using System.Net;
using System.Text;
using MassTransit;
using RideBooking.Testing.Analysis;
using RideBooking.Testing.Coverage;
using RideBooking.Testing.Values;

namespace RideBooking.Testing;

/// <summary>The results of an event in a state, over all tests of a lab.</summary>
/// <param name="State">The state's name.</param>
/// <param name="Event">The event's name.</param>
/// <param name="Handled">How often it was handled.</param>
/// <param name="Ignored">How often it was ignored.</param>
/// <param name="Faulted">How often it failed.</param>
public sealed record CoverageCell(string State, string Event, int Handled, int Ignored, int Faulted)
{
    /// <summary>Whether a test has tried the cell.</summary>
    public bool IsTried => Handled + Ignored + Faulted > 0;

    internal string Word =>
        (Handled, Ignored, Faulted) switch
        {
            (0, 0, 0) => "never tried",
            (> 0, _, 0) => $"handled {Handled}",
            (> 0, _, > 0) => $"handled {Handled}, failed {Faulted}",
            (0, > 0, _) => $"ignored {Ignored}",
            _ => $"failed {Faulted}",
        };

    internal string Class =>
        (Handled, Ignored, Faulted) switch
        {
            (0, 0, 0) => "never",
            (> 0, _, 0) => "handled",
            (0, > 0, 0) => "ignored",
            _ => "faulted",
        };
}

/// <summary>The matrix of a machine's states and events, with the cells that the tests of a lab have tried.</summary>
/// <remarks>
/// In the initial state, only events that create an instance count. Other events are handled by <c>OnMissingInstance</c>, not
/// by a state.
/// </remarks>
public sealed class MachineCoverage
{
    readonly StateMachine _machine;
    readonly string _name;

    internal MachineCoverage(StateMachine machine, CoverageLog log)
    {
        _machine = machine;
        _name = Formatting.TypeName(machine.GetType());
        Events = [.. MachineAnalysis.MessageEvents(machine).Select(it => it.Name)];
        var beginning = machine.NextEvents(machine.Initial).Select(it => it.Name).ToHashSet();
        States = [machine.Initial.Name, .. MachineAnalysis.StatesBetween(machine).Select(state => state.Name)];
        Cells =
        [
            .. from state in States
            from it in Events
            where state != machine.Initial.Name || beginning.Contains(it)
            select new CoverageCell(
                state,
                it,
                log[machine.InstanceType, state, it, CellOutcome.Handled],
                log[machine.InstanceType, state, it, CellOutcome.Ignored],
                log[machine.InstanceType, state, it, CellOutcome.Faulted]
            ),
        ];
    }

    /// <summary>The machine's states without the final one, the initial state first.</summary>
    public IReadOnlyList<string> States { get; }

    /// <summary>The events that messages raise.</summary>
    public IReadOnlyList<string> Events { get; }

    /// <summary>The cells.</summary>
    public IReadOnlyList<CoverageCell> Cells { get; }

    /// <summary>The cells that no test has tried.</summary>
    public IReadOnlyList<CoverageCell> NeverTried => [.. Cells.Where(cell => !cell.IsTried)];

    /// <summary>The percentage of cells that were tried.</summary>
    public double Percent => Cells.Count == 0 ? 100 : 100.0 * Cells.Count(cell => cell.IsTried) / Cells.Count;

    /// <summary>Throws if the percentage of tried cells is below a threshold.</summary>
    /// <param name="percent">The threshold in percent.</param>
    /// <exception cref="SagaLabException">Names the cells that were never tried.</exception>
    public void MustReach(double percent)
    {
        if (Percent < percent)
            throw new SagaLabException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{_name}: {Percent:0.#} % of the cells were tried, {percent:0.#} % must be. Never tried:\n  {string.Join("\n  ", NeverTried.Select(cell => $"{cell.Event} in state {cell.State}"))}"
                )
            );
    }

    /// <summary>Returns the matrix as text: one line per event, one column per state.</summary>
    public string ToText()
    {
        var first = Events.Append("").Max(it => it.Length);
        var text = new StringBuilder(Title()).Append("\n\n").Append(' ', first);
        var widths = States.ToDictionary(
            state => state,
            state => Math.Max(state.Length, Column(state).Max(it => it.Length))
        );
        foreach (var state in States)
            text.Append(" | ").Append(state.PadRight(widths[state]));
        foreach (var it in Events)
        {
            text.Append('\n').Append(it.PadRight(first));
            foreach (var state in States)
                text.Append(" | ").Append((Cell(state, it)?.Word ?? "").PadRight(widths[state]));
        }
        return text.ToString();
    }

    /// <summary>Returns the matrix as a self-contained HTML page.</summary>
    public string ToHtml()
    {
        var page = new StringBuilder(
            $$"""
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <title>{{Html(_name)}}</title>
            <style>
              body { font: 14px system-ui, sans-serif; margin: 2em; }
              table { border-collapse: collapse; }
              th, td { border: 1px solid #ccc; padding: .4em .6em; text-align: left; }
              .handled { background: #c8e6c9; } .ignored { background: #e3e8ec; } .faulted { background: #ffe0b2; } .never { background: #ffcdd2; }
            </style>
            <h1>{{Html(Title())}}</h1>
            <table>
            <tr><th></th>
            """
        );
        foreach (var state in States)
            page.Append("<th scope=\"col\">").Append(Html(state)).Append("</th>");
        page.Append("</tr>\n");
        foreach (var it in Events)
        {
            page.Append("<tr><th scope=\"row\">").Append(Html(it)).Append("</th>");
            foreach (var state in States)
                page.Append(
                    Cell(state, it) is { } cell ? $"<td class=\"{cell.Class}\">{Html(cell.Word)}</td>" : "<td></td>"
                );
            page.Append("</tr>\n");
        }
        return page.Append("</table>\n</html>\n").ToString();
    }

    /// <summary>
    /// Returns the machine as a Mermaid state diagram: green where every event was tried, yellow for some, red for none.
    /// </summary>
    /// <remarks>A transition that no test has taken is marked.</remarks>
    public string ToMermaid()
    {
        var text = new StringBuilder("stateDiagram-v2");
        foreach (
            var way in new MachineMap(_machine).Transitions.Select(way => (way.From, way.Event, way.To)).Distinct()
        )
            if (States.Contains(way.From) && Events.Contains(way.Event))
                text.Append(
                    $"\n    {Id(way.From)} --> {Id(way.To)}: {way.Event}{(Cell(way.From, way.Event) is { Handled: > 0 } ? "" : " (never)")}"
                );
        text.Append("\n    classDef all fill:#c8e6c9")
            .Append("\n    classDef some fill:#fff9c4")
            .Append("\n    classDef none fill:#ffcdd2");
        foreach (var state in States.Skip(1))
        {
            var cells = Cells.Where(cell => cell.State == state).ToList();
            var tried = cells.Count(cell => cell.IsTried);
            text.Append($"\n    class {Id(state)} {(tried == cells.Count ? "all" : tried > 0 ? "some" : "none")}");
        }
        return text.ToString();
    }

    string Title() =>
        string.Create(CultureInfo.InvariantCulture, $"{_name}: {Percent:0.#} % of {Cells.Count} cells were tried");

    IEnumerable<string> Column(string state) => Events.Select(it => Cell(state, it)?.Word ?? "");

    CoverageCell? Cell(string state, string @event) =>
        Cells.FirstOrDefault(cell => cell.State == state && cell.Event == @event);

    string Id(string state) => StateDiagram.Id(_machine, state);

    static string Html(string text) => WebUtility.HtmlEncode(text);
}
