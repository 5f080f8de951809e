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
    public void Nothing_about_events_for_which_the_machine_decides_itself() =>
        SagaLab.FindingsOf(new SwitchMachine(decides: true)).ShouldBeEmpty();

    [Fact]
    public void Nothing_about_the_unused_pending_state_and_the_missing_timeout_of_a_request() =>
        SagaLab.FindingsOf(new SwitchMachine(decides: false)).ShouldBeEmpty();

    [Fact]
    public void An_event_that_is_ignored_only_under_a_condition() =>
        SagaLab
            .FindingsOf(new TwinMachine())
            .ShouldContain(
                new MachineFinding(
                    MachineFindingKind.IgnoredConditionally,
                    "Open",
                    "First",
                    "First in state Open is ignored only under a condition: otherwise it fails."
                )
            );

    [Fact]
    public void Two_events_of_one_message() =>
        SagaLab
            .FindingsOf(new TwinMachine())
            .ShouldContain(
                new MachineFinding(
                    MachineFindingKind.SharedMessage,
                    null,
                    "First",
                    "Arrive raises First and Second: each message is handled once for each of them."
                )
            );

    [Fact]
    public void A_state_whose_number_is_not_listed() =>
        SagaLab
            .FindingsOf(new TwinMachine())
            .Where(finding => finding.Kind is MachineFindingKind.Unlisted)
            .Select(finding => finding.Text)
            .ShouldBe([
                "State Closed is stored as 4, which changes with the machine's other states: list it in InstanceState.",
            ]);

    [Fact]
    public async Task A_stored_and_a_published_time_of_the_systems_clock()
    {
        await using var lab = SagaLab.Of<StampMachine, Stamp>();
        var run = lab.Start();
        // The time of the caller is none that the machine read.
        await run.Deliver(
            new Mark(Guid.NewGuid(), DateTimeOffset.UtcNow),
            cancellationToken: TestContext.Current.CancellationToken
        );
        SagaLab
            .FindingsOf(run)
            .Select(finding => finding.Text)
            .ShouldBe([
                "Published Marked: At is a time of the system's clock, not of the lab's. Read it from the container's TimeProvider.",
                "Stored Stamp: At is a time of the system's clock, not of the lab's. Read it from the container's TimeProvider.",
            ]);
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

    public sealed record Check(Guid CorrelationId);

    public sealed record Checked(Guid CorrelationId);

    public sealed class Switch : SagaStateMachineInstance
    {
        public Guid CorrelationId { get; set; }
        public string State { get; set; } = "";
        public Guid? CheckId { get; set; }
    }

    /// <summary>Waits for the response of a request without a timeout in a state of its own.</summary>
    public sealed class SwitchMachine : MassTransitStateMachine<Switch>
    {
        public SwitchMachine(bool decides)
        {
            InstanceState(it => it.State);
            Event(() => Arrived, e => e.CorrelateById(c => c.Message.CorrelationId));
            Request(() => Check, it => it.CheckId, request => request.Timeout = TimeSpan.Zero);
            Initially(When(Arrived).Request(Check, c => new Check(c.Saga.CorrelationId)).TransitionTo(Waiting));
            During(Waiting, Ignore(Arrived), When(Check.Completed).TransitionTo(Off), Ignore(Check.Faulted));
            if (decides)
                OnUnhandledEvent(context => context.Ignore());
            else
                During(Off, Ignore(Arrived));
        }

        public State Waiting { get; private set; } = null!;
        public State Off { get; private set; } = null!;
        public Event<Arrive> Arrived { get; private set; } = null!;
        public Request<Switch, Check, Checked> Check { get; private set; } = null!;
    }

    public sealed class Twin : SagaStateMachineInstance
    {
        public Guid CorrelationId { get; set; }
        public int State { get; set; }
    }

    public sealed class TwinMachine : MassTransitStateMachine<Twin>
    {
        public TwinMachine()
        {
            InstanceState(twin => twin.State, Open);
            Event(() => First, e => e.CorrelateById(c => c.Message.CorrelationId));
            Event(() => Second, e => e.CorrelateById(c => c.Message.CorrelationId));
            Initially(When(First).TransitionTo(Open), Ignore(Second));
            During(
                Open,
                Ignore(First, context => context.Message.CorrelationId != default),
                When(Second).TransitionTo(Closed)
            );
            During(Closed, Ignore(First), Ignore(Second));
        }

        public State Open { get; private set; } = null!;
        public State Closed { get; private set; } = null!;
        public Event<Arrive> First { get; private set; } = null!;
        public Event<Arrive> Second { get; private set; } = null!;
    }

    public sealed record Mark(Guid CorrelationId, DateTimeOffset At);

    public sealed record Marked(Guid CorrelationId, DateTime At, DateTimeOffset Asked);

    public sealed class Stamp : SagaStateMachineInstance
    {
        public Guid CorrelationId { get; set; }
        public string State { get; set; } = "";
        public DateTime At { get; set; }
        public DateTimeOffset Asked { get; set; }
        public DateTimeOffset Right { get; set; }
    }

    public sealed class StampMachine : MassTransitStateMachine<Stamp>
    {
        public StampMachine(TimeProvider clock)
        {
            InstanceState(stamp => stamp.State);
            Event(() => Arrived, e => e.CorrelateById(c => c.Message.CorrelationId));
            Initially(
                When(Arrived)
                    .Then(c =>
                        (c.Saga.At, c.Saga.Asked, c.Saga.Right) = (DateTime.UtcNow, c.Message.At, clock.GetUtcNow())
                    )
                    .Publish(c => new Marked(c.Saga.CorrelationId, c.Saga.At, c.Message.At))
                    .TransitionTo(Done)
            );
            During(Done, Ignore(Arrived));
        }

        public State Done { get; private set; } = null!;
        public Event<Mark> Arrived { get; private set; } = null!;
    }
}
