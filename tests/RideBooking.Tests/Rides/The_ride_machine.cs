using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using MassTransit;
using MassTransit.SagaStateMachine;
using RideBooking.Rides;
using RideBooking.Tests.Documentation;

namespace RideBooking.Tests.Rides;

/// <summary>The machine read as a table.</summary>
public sealed partial class The_ride_machine
{
    readonly RideStateMachine _machine = new(RideLab.Times);

    // Nothing is ever in Initial or Final: a ride is born into requested, and its end is a status like any other.
    IEnumerable<State> Statuses => _machine.States.Where(state => state != _machine.Initial && state != _machine.Final);

    [Fact]
    public void Handles_or_ignores_every_event_in_every_status()
    {
        var unhandled =
            from status in Statuses
            from happening in _machine.Events
            where !_machine.NextEvents(status).Contains(happening)
            select $"{happening.Name} while {status.Name}";
        unhandled.ShouldBeEmpty();
        Statuses.Count().ShouldBe(7);
        _machine.Events.Count().ShouldBe(16);
    }

    [Fact]
    public void Begins_with_a_request_and_nothing_else() =>
        _machine.NextEvents(_machine.Initial).ShouldBe([_machine.RequestRide]);

    [Fact]
    public void Has_the_statuses_of_the_API() =>
        Statuses
            .Select(status => status.Name)
            .Order(StringComparer.Ordinal)
            .ShouldBe(Enum.GetNames<RideStatus>().Order(StringComparer.Ordinal));

    [Fact]
    public Task Looks_like_its_diagram() =>
        GeneratedPage.ShouldBeCurrent("docs/diagrams/ride.md", Page(), nameof(The_ride_machine));

    string Page() =>
        $"""
            # The life of a ride

            Drawn from `RideStateMachine` by a test, which fails when the two differ. Draw it anew with
            `{GeneratedPage.Command(nameof(The_ride_machine))}`.

            ```mermaid
            {Mermaid()}
            ```

            What is not drawn changes no status: money (fare, fee, payment, balance) is recorded whenever it arrives, a rating
            once after completion, and everything else is ignored by name.

            """.ReplaceLineEndings("\n");

    string Mermaid()
    {
        var graph = _machine.GetGraph();
        var text = new StringBuilder("stateDiagram-v2");
        foreach (var into in graph.Edges.Where(edge => IsState(edge.From)))
        {
            // MassTransit's graph has one vertex per event: where one event led to different states it could not be read.
            var target = graph.Edges.Single(edge => edge.From.Equals(into.To)).To;
            text.Append($"\n    {Name(into.From)} --> {Name(target)}: {Words(into.To.Title)}");
        }
        foreach (var end in graph.Vertices.Where(IsState).Where(state => !graph.Edges.Any(e => e.From.Equals(state))))
            text.Append($"\n    {Name(end)} --> [*]");
        return text.ToString();
    }

    static bool IsState(Vertex vertex) => vertex.VertexType == typeof(State);

    static string Name(Vertex state) =>
        state.Title == "Initial" ? "[*]" : JsonNamingPolicy.CamelCase.ConvertName(state.Title);

    static string Words(string name) => CapitalWithin().Replace(name, match => $" {match.Value}").ToLowerInvariant();

    [GeneratedRegex("(?<=[a-z])[A-Z]")]
    private static partial Regex CapitalWithin();
}
