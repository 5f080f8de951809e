using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Testing.Tests.Parcels;

namespace RideBooking.Testing.Tests.Exploration;

/// <summary>Checks which orders and failures an exploration tries.</summary>
public sealed class ExplorerTests
{
    public sealed record Increase(Guid Id, int By);

    public sealed record Increased(Guid Id, int To);

    public sealed record Later(Guid Id);

    public sealed class Counter : SagaStateMachineInstance
    {
        public Guid CorrelationId { get; set; }
        public string State { get; set; } = "";
        public List<int> Steps { get; set; } = [];
        public Guid? LaterToken { get; set; }
    }

    /// <summary>Records messages in order, both in its stored state and in published messages.</summary>
    public sealed class CounterMachine : MassTransitStateMachine<Counter>
    {
        public CounterMachine()
        {
            InstanceState(counter => counter.State);
            Event(() => Increase, e => e.CorrelateById(c => c.Message.Id));
            Schedule(
                () => Later,
                counter => counter.LaterToken,
                schedule =>
                {
                    schedule.Delay = TimeSpan.FromMinutes(1);
                    schedule.Received = e => e.CorrelateById(c => c.Message.Id);
                }
            );
            Initially(
                Count(When(Increase)).Schedule(Later, c => new Later(c.Saga.CorrelationId)).TransitionTo(Counting)
            );
            During(Counting, Count(When(Increase)), When(Later.Received).Then(c => c.Saga.Steps.Add(0)));
        }

        public State Counting { get; private set; } = null!;
        public Event<Increase> Increase { get; private set; } = null!;
        public Schedule<Counter, Later> Later { get; private set; } = null!;

        static EventActivityBinder<Counter, Increase> Count(EventActivityBinder<Counter, Increase> binder) =>
            binder
                .Then(c => c.Saga.Steps.Add(c.Message.By))
                .Publish(c => new Increased(c.Saga.CorrelationId, c.Saga.Steps.Count));
    }

    readonly Guid _id = Guid.CreateVersion7();
    readonly HashSet<string> _seen = [];

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    static SagaLab Counters(OutboxKind outbox = OutboxKind.Transactional) =>
        new(lab => lab.Saga<CounterMachine, Counter>().Outbox(outbox));

    Increase Add(int by) => new(_id, by);

    /// <summary>Records the end of a path: the stored steps and the number of published messages.</summary>
    bool Remember(LabView world)
    {
        var steps = string.Join(' ', world.Saga<Counter>(_id)?.Steps ?? []);
        _seen.Add($"{steps} | {world.Published<Increased>().Count}");
        return true;
    }

    async Task<ExplorationReport> Explore(Action<ExplorationSetup> setup, OutboxKind outbox = OutboxKind.Transactional)
    {
        await using var lab = Counters(outbox);
        return await lab.Explore(
            it =>
            {
                setup(it);
                it.Finally("remembered", Remember);
            },
            Stop
        );
    }

    [Fact]
    public async Task Every_order_is_tried()
    {
        await Explore(it => it.Events(Add(1), Add(2), Add(3)).Timers(0));
        _seen.ShouldBe(
            ["1 2 3 | 3", "1 3 2 | 3", "2 1 3 | 3", "2 3 1 | 3", "3 1 2 | 3", "3 2 1 | 3"],
            ignoreOrder: true
        );
    }

    [Fact]
    public async Task A_timer_fires_at_every_point()
    {
        await Explore(it => it.Given(Add(1)).Events(Add(2)));
        _seen.ShouldBe(["1 2 0 | 2", "1 0 2 | 2"], ignoreOrder: true);
    }

    [Fact]
    public async Task Every_message_is_duplicated_one_at_a_time()
    {
        await Explore(it => it.Events(Add(1), Add(2)).Duplicates(1).Timers(0));
        _seen.ShouldBe(
            ["1 2 | 2", "2 1 | 2", "1 1 2 | 3", "1 2 1 | 3", "1 2 2 | 3", "2 2 1 | 3", "2 1 2 | 3", "2 1 1 | 3"],
            ignoreOrder: true
        );
    }

    [Fact]
    public async Task A_crash_with_a_transactional_outbox_changes_nothing()
    {
        await Explore(it => it.Events(Add(1)).Crashes(2).Timers(0));
        _seen.ShouldBe(["1 | 1"]);
    }

    [Fact]
    public async Task A_crash_with_the_outbox_in_memory_loses_messages_or_handles_one_twice()
    {
        await Explore(it => it.Events(Add(1)).Crashes(1).Timers(0), OutboxKind.InMemory);
        // No crash or one before commit; after commit with nothing sent or all of it sent, and then again.
        _seen.ShouldBe(["1 | 1", "1 1 | 1", "1 1 | 2"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_crash_without_an_outbox_publishes_changes_that_were_never_stored()
    {
        await Explore(it => it.Events(Add(1)).Crashes(1).Timers(0), OutboxKind.None);
        // Crash before commit with all messages sent: sent twice, stored once. After commit: twice.
        _seen.ShouldBe(["1 | 1", "1 | 2", "1 1 | 2"], ignoreOrder: true);
    }

    [Fact]
    public async Task Two_ways_to_the_same_state_are_followed_once()
    {
        await using var lab = SagaLab.Of<ParcelMachine, Parcel>();
        object[] parcels =
        [
            .. Enumerable.Range(0, 6).Select(at => new PostParcel(Guid.CreateVersion7(), $"RB{at}", "Paris")),
        ];
        var report = await lab.Explore(it => it.Events(parcels).Timers(0), Stop);
        // Six independent parcels: 720 orders, but only the set of posted parcels makes a state.
        report.States.ShouldBe(64);
        report.Ends.ShouldBe(1);
    }

    [Fact]
    public async Task A_timer_may_cross_its_cancellation_if_the_test_allows_it()
    {
        var id = Guid.CreateVersion7();
        await using var lab = SagaLab.Of<ParcelMachine, Parcel>();
        async Task<Violation?> Cross(bool crossing)
        {
            var report = await lab.FindViolation(
                it =>
                {
                    it.Given(
                            new PostParcel(id, "RB1", "Paris"),
                            Step.Respond<PrintLabel>(new LabelPrinted(id, "label"))
                        )
                        .Events(new HandOver(id, "Ada"))
                        .Timers(0)
                        .NothingIsLost();
                    if (crossing)
                        it.TimersMayCrossTheirCancellation();
                },
                Stop
            );
            return report.Violation;
        }
        (await Cross(crossing: false)).ShouldBeNull();
        (await Cross(crossing: true)).ShouldNotBeNull().View.Unclaimed<DeliveryOverdue>().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Lost_messages_are_recorded_only_on_request_and_cannot_be_queried_otherwise()
    {
        await using var lab = Counters();
        void Lost(ExplorationSetup it) =>
            it.Events(Add(1), new Later(Guid.CreateVersion7()))
                .Always("nothing unclaimed", world => world.Unclaimed<Later>().Count == 0);

        var unasked = await Should.ThrowAsync<InvalidOperationException>(() => lab.FindViolation(Lost, Stop));
        unasked.Message.ShouldContain("ReportLosses");
        var report = await lab.FindViolation(it => Lost(it.ReportLosses()), Stop);
        report.Violation.ShouldNotBeNull().View.Unclaimed<Later>().Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_failed_message_arrives_again_if_the_lab_retries_and_otherwise_is_lost()
    {
        var id = Guid.CreateVersion7();
        async Task<ExplorationReport> Early(Action<LabSetup> more)
        {
            await using var lab = new SagaLab(setup => more(setup.Saga<ParcelMachine, Parcel>()));
            return await lab.FindViolation(
                it =>
                    it.Given(new PostParcel(id, "RB1", "Paris"))
                        .Events(new PostParcel(Guid.CreateVersion7(), "RB2", "Rome"), new ScanParcel("RB2", "Lyon"))
                        .Timers(0)
                        .Always("fails only in a state", view => view.Failed<PostParcel>().Count == 0)
                        .NothingFails(),
                Stop
            );
        }
        // The label of the second parcel never arrives, so its scan can never be accepted.
        var stuck = (await Early(lab => lab.Retry(retry => retry.Immediate(1)))).Violation.ShouldNotBeNull();
        stuck.View.Timeline.ShouldContain("The message was retried until nothing else could happen.");
        var failed = (await Early(_ => { })).Violation.ShouldNotBeNull();
        failed.View.Failed<ScanParcel>().Count.ShouldBe(1);
        failed.View.Timeline.ShouldNotContain("tried again");
    }

    [Fact]
    public async Task Too_many_states_are_reported()
    {
        await using var lab = Counters();
        var many = await Should.ThrowAsync<SagaLabException>(() =>
            lab.Explore(it => it.Events(Add(1), Add(2), Add(3), Add(4)).AtMost(states: 10), Stop)
        );
        many.Message.ShouldContain("more than 10 states");
    }

    [Fact]
    public async Task The_same_seed_takes_the_same_random_paths()
    {
        async Task<string> Way(int seed)
        {
            await using var lab = Counters();
            var report = await lab.FindViolation(
                it =>
                    it.Events(Add(1), Add(2), Add(3), Add(4))
                        .Finally("4 is not the last", world => world.Saga<Counter>(_id)!.Steps[^1] != 4)
                        .Timers(0)
                        .Randomly(TimeSpan.FromSeconds(20), seed),
                Stop
            );
            return report.Violation.ShouldNotBeNull().Seed;
        }
        (await Way(7)).ShouldBe(await Way(7));
    }

    [Fact]
    public async Task A_breach_shows_its_steps()
    {
        await using var lab = Counters();
        var breach = await Should.ThrowAsync<SagaLabException>(() =>
            lab.Explore(
                it => it.Events(Add(1), Add(2)).Always("never 2 1", world => Steps(world) is not "2 1").Timers(0),
                Stop
            )
        );
        breach.Message.ShouldStartWith("Broken after 2 steps: never 2 1");
        breach.Message.ShouldContain("counter gets Increase");
        breach.Message.ShouldContain("sequenceDiagram");
        breach.Message.ShouldContain("outside->>counter: Increase");
        breach.Message.ShouldContain("Note over counter: Initial → Counting");
        breach.Message.ShouldContain(".Replay(\"1.0\")");

        string Steps(LabView world) => string.Join(' ', world.Saga<Counter>(_id)?.Steps ?? []);
    }
}
