using MassTransit;
using RideBooking.Contracts;
using RideBooking.Rides;
using RideBooking.Testing;
using RideBooking.Tests.Documentation;

namespace RideBooking.Tests.Rides;

/// <summary>Checks the state machine as a table of states and events.</summary>
public sealed class RideStateMachineTests
{
    readonly RideStateMachine _machine = new(RideLab.Times, RideLab.Plausibility, RideLab.Rules);

    // No ride is ever in Initial or Final: it starts as requested, and its end is a status like any other.
    IEnumerable<State> Statuses => _machine.States.Where(state => state != _machine.Initial && state != _machine.Final);

    [Fact]
    public void Handles_or_ignores_every_event_in_every_status_and_forgets_no_timer()
    {
        SagaLab.FindingsOf(_machine).ShouldBeEmpty();
        Statuses.Count().ShouldBe(7);
        _machine.Events.Count().ShouldBe(29);
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
        GeneratedPage.ShouldBeCurrent("docs/diagrams/ride.md", Page(), nameof(RideStateMachineTests));

    string Page() =>
        $"""
            # The life of a ride

            Drawn from `RideStateMachine` by a test, which fails when the two differ. Regenerate it with
            `{GeneratedPage.Command(nameof(RideStateMachineTests))}`.

            ```mermaid
            {SagaLab.DiagramOf(_machine)}
            ```

            What is not drawn changes no status: money (fare, fee, payment, balance) is recorded whenever it arrives, a rating
            once after completion, and everything else is ignored by name.

            """.ReplaceLineEndings("\n");
}
