using MassTransit;
using RideBooking.Payments;
using RideBooking.Testing;
using RideBooking.Tests.Documentation;

namespace RideBooking.Tests.Payments;

/// <summary>Checks the state machine as a table of states and events.</summary>
public sealed class PaymentStateMachineTests
{
    readonly PaymentStateMachine _machine = new(new PaymentOptions([], null, TimeSpan.FromMinutes(15)));

    IEnumerable<State> Statuses => _machine.States.Where(state => state != _machine.Initial && state != _machine.Final);

    [Fact]
    public void Handles_or_ignores_every_event_in_every_status_and_forgets_no_timer()
    {
        SagaLab.FindingsOf(_machine).ShouldBeEmpty();
        Statuses.Count().ShouldBe(12);
        _machine.Events.Count().ShouldBe(21);
    }

    [Fact]
    public void Begins_with_the_request_of_the_ride_and_nothing_else() =>
        _machine.NextEvents(_machine.Initial).ShouldBe([_machine.RideRequested]);

    [Fact]
    public Task Looks_like_its_diagram() =>
        GeneratedPage.ShouldBeCurrent("docs/diagrams/payment.md", Page(), nameof(PaymentStateMachineTests));

    string Page() =>
        $"""
            # The life of a payment

            Drawn from `PaymentStateMachine` by a test, which fails when the two differ. Regenerate it with
            `{GeneratedPage.Command(nameof(PaymentStateMachineTests))}`.

            ```mermaid
            {SagaLab.DiagramOf(_machine)}
            ```

            What is not drawn changes no state: an answer of the gateway to an earlier attempt, a timer that is out of date, the same
            fare again are ignored by name. An answer that money was taken counts in every state. A fare or fee of a ride that was never
            requested, or one that is another rider's or another amount than before, is not paid: it ends in the error queue.

            """.ReplaceLineEndings("\n");
}
