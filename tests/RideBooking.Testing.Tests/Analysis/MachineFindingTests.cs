using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.TestKit.Machines;

namespace RideBooking.Testing.Tests.Analysis;

/// <summary>Findings of the static analysis of a state machine.</summary>
public sealed class MachineFindingTests
{
    // A shipment before the payment fails on purpose: it is redelivered after the payment.
    const string OnPurpose = "Shipment in state Unpaid is neither handled nor ignored: it fails.";

    static async Task<IReadOnlyList<string>> FindingsOf(Flaw flaw)
    {
        await using var lab = new SagaLab(it =>
            it.Saga<OrderMachine, Order>().Services(services => services.AddSingleton(typeof(Flaw), flaw))
        );
        return [.. lab.FindingsOf<Order>().Select(finding => finding.Text).Where(text => text != OnPurpose)];
    }

    [Fact]
    public async Task Nothing_in_a_correct_machine() => (await FindingsOf(Flaw.None)).ShouldBeEmpty();

    [Fact]
    public async Task An_event_that_a_state_neither_handles_nor_ignores() =>
        (await FindingsOf(Flaw.MissingIgnore)).ShouldBe([
            "Payment in state Shipped is neither handled nor ignored: it fails.",
        ]);

    [Fact]
    public async Task A_schedule_that_is_never_cancelled() =>
        (await FindingsOf(Flaw.LostTimeoutCancel)).ShouldBe(
            [
                "Shipment leads from Paid to Shipped, where Timeout is not handled, without cancelling it.",
                "Timeout is scheduled and never cancelled by any other transition.",
            ],
            ignoreOrder: true
        );

    [Fact]
    public async Task An_unreachable_state()
    {
        await using var lab = SagaLab.Of<IslandMachine, Island>();
        lab.FindingsOf<Island>()
            .ShouldContain(
                new MachineFinding(
                    MachineFindingKind.Unreachable,
                    "Heaven",
                    null,
                    "State Heaven cannot be reached from the initial state."
                )
            );
    }

    [Fact]
    public void An_event_that_no_correlation_covers()
    {
        // MassTransit refuses to run it, and so does the lab.
        Should.Throw<ConfigurationException>(SagaLab.Of<LetterMachine, HostedEnvelope>);
        var finding = SagaLab.FindingsOf(new LetterMachine()).ShouldHaveSingleItem();
        finding.Kind.ShouldBe(MachineFindingKind.NotCorrelated);
        finding.Event.ShouldBe(nameof(ReadLetter));
        finding.Text.ShouldBe("No instance is found for ReadLetter: Read was not specified.");
    }

    [Fact]
    public void Its_diagram()
    {
        SagaLab
            .DiagramOf(new OrderMachine(Flaw.None))
            .Split('\n')
            .ShouldBe([
                "stateDiagram-v2",
                "    [*] --> Unpaid: Placed",
                "    Unpaid --> Paid: Payment",
                "    Unpaid --> Cancelled: Timeout.Received",
                "    Paid --> Shipped: Shipment",
                "    Shipped --> [*]",
                "    Cancelled --> [*]",
            ]);
    }

    public sealed record WriteLetter(Guid CorrelationId);

    public sealed record ReadLetter(string Reader);

    public sealed class HostedEnvelope : SagaStateMachineInstance
    {
        public Guid CorrelationId { get; set; }
        public string State { get; set; } = "";
    }

    public sealed class LetterMachine : MassTransitStateMachine<HostedEnvelope>
    {
        public LetterMachine()
        {
            InstanceState(letter => letter.State);
            Event(() => Written, e => e.CorrelateById(c => c.Message.CorrelationId));
            Initially(When(Written).TransitionTo(Open));
            During(Open, Ignore(Written), When(Read).Finalize());
        }

        public State Open { get; private set; } = null!;
        public Event<WriteLetter> Written { get; private set; } = null!;

        // No correlation: MassTransit does not use this id by convention.
        public Event<ReadLetter> Read { get; private set; } = null!;
    }

    public sealed record Arrive(Guid CorrelationId);

    public sealed class Island : SagaStateMachineInstance
    {
        public Guid CorrelationId { get; set; }
        public string State { get; set; } = "";
    }

    public sealed class IslandMachine : MassTransitStateMachine<Island>
    {
        public IslandMachine()
        {
            InstanceState(island => island.State);
            Event(() => Arrived, e => e.CorrelateById(c => c.Message.CorrelationId));
            Initially(When(Arrived).TransitionTo(Beach));
            During([Beach, Heaven], Ignore(Arrived));
        }

        public State Beach { get; private set; } = null!;
        public State Heaven { get; private set; } = null!;
        public Event<Arrive> Arrived { get; private set; } = null!;
    }
}
