using System.Collections.Concurrent;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using static RideBooking.Testing.Expect;
using static RideBooking.Testing.Step;

namespace RideBooking.Testing.Tests.Lab;

/// <summary>Consumers, their waits, failures and retries, on the lab's clock.</summary>
public sealed class When_consumers_run_in_the_lab
{
    public sealed record Order(string Item);

    public sealed record Ordered(string Item, DateTimeOffset At, int Redelivery);

    public sealed record Chatter(int Left);

    public sealed record Complaint(string About);

    public interface IGreet
    {
        string Name { get; }
    }

    sealed record Hello(string Name, string Aside) : IGreet;

    /// <summary>The number of failures before the shop works.</summary>
    sealed class Trouble
    {
        public int Left { get; set; }
    }

    sealed class Shop(TimeProvider clock, Trouble trouble) : IConsumer<Order>
    {
        public async Task Consume(ConsumeContext<Order> context)
        {
            var now = clock.GetUtcNow();
            await context.Publish(new Ordered(context.Message.Item, now, context.GetRedeliveryCount()));
            if (trouble.Left-- > 0)
                throw new TimeoutException("The shop is closed.");
        }
    }

    sealed class Slow(TimeProvider clock) : IConsumer<Order>
    {
        public async Task Consume(ConsumeContext<Order> context)
        {
            await Task.Delay(TimeSpan.FromHours(3), clock);
            await Task.Yield();
            await context.Publish(new Ordered(context.Message.Item, clock.GetUtcNow(), 0));
        }
    }

    sealed class Chatterbox : IConsumer<Chatter>
    {
        public Task Consume(ConsumeContext<Chatter> context) =>
            context.Message.Left == 0 ? Task.CompletedTask : context.Publish(new Chatter(context.Message.Left - 1));
    }

    sealed class Complaints : IConsumer<Fault<Order>>
    {
        public Task Consume(ConsumeContext<Fault<Order>> context) =>
            context.Publish(new Complaint(context.Message.Message.Item));
    }

    sealed class Greeter : IConsumer<IGreet>
    {
        public Task Consume(ConsumeContext<IGreet> context) => context.Publish(new Complaint(context.Message.Name));
    }

    static readonly DateTimeOffset s_start = new(2021, 5, 1, 8, 0, 0, TimeSpan.Zero);

    static SagaLab Shops(int failures, Action<LabSetup> more) =>
        new(lab =>
        {
            lab.Consumer<Shop>()
                .StartAt(s_start)
                .Services(services => services.AddSingleton(new Trouble { Left = failures }));
            more(lab);
        });

    [Fact]
    public async Task A_consumer_has_the_labs_time()
    {
        await using var lab = Shops(0, _ => { });
        await lab.Given(Passes(TimeSpan.FromMinutes(7)))
            .When(new Order("tea"))
            .Then(new Ordered("tea", s_start.AddMinutes(7), 0));
    }

    [Fact]
    public async Task A_consumer_that_waits_for_the_clock_delays_no_other()
    {
        await using var lab = new SagaLab(it => it.Consumer<Slow>().StartAt(s_start));
        var run = await lab.When(new Order("tea")).Then(new Ordered("tea", s_start.AddHours(3), 0));
        run.Now.ShouldBe(s_start.AddHours(3));
    }

    [Fact]
    public async Task A_retry_comes_when_its_delay_has_passed_and_not_before()
    {
        await using var lab = Shops(
            2,
            it =>
                it.Outbox(OutboxKind.Transactional)
                    .Retry(retry => retry.Intervals(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10)))
        );
        await lab.When(new Order("tea"))
            .ThenNothing()
            .When(Passes(TimeSpan.FromSeconds(1)))
            .ThenNothing()
            .When(Passes(TimeSpan.FromSeconds(9.999)))
            .ThenNothing()
            .When(Passes(TimeSpan.FromSeconds(0.001)))
            .Then(new Ordered("tea", s_start.AddSeconds(11), 0));
    }

    [Fact]
    public async Task After_the_retries_comes_the_redelivery_and_the_retries_again_and_then_the_error_queue()
    {
        await using var lab = Shops(
            4,
            it =>
                it.Outbox(OutboxKind.Transactional)
                    .Retry(retry => retry.Immediate(1))
                    .Redelivery(retry => retry.Intervals(TimeSpan.FromMinutes(5)))
        );
        var run = await lab.When(new Order("tea"))
            .ThenNothing()
            .When(Passes(TimeSpan.FromMinutes(5)))
            .Then(Faulted<TimeoutException>());
        run.Observations.Count(it => it.Kind == ObservationKind.Delivered).ShouldBe(4);
        await run.Deliver(new Order("coffee"), cancellationToken: TestContext.Current.CancellationToken);
        run.Published<Ordered>().ShouldBe([new Ordered("coffee", s_start.AddMinutes(5), 0)]);
    }

    [Fact]
    public async Task A_redelivered_message_is_marked_as_redelivered()
    {
        await using var lab = Shops(
            1,
            it => it.Outbox(OutboxKind.Transactional).Redelivery(retry => retry.Intervals(TimeSpan.FromMinutes(5)))
        );
        await lab.When(new Order("tea"), Passes(TimeSpan.FromMinutes(5)))
            .Then(new Ordered("tea", s_start.AddMinutes(5), 1));
    }

    [Fact]
    public async Task Without_an_outbox_the_messages_of_a_failing_consumer_are_already_sent()
    {
        await using var lab = Shops(1, it => it.Outbox(OutboxKind.None));
        await lab.When(new Order("tea")).Then(new Ordered("tea", s_start, 0), Faulted<TimeoutException>());
    }

    [Theory]
    [InlineData(OutboxKind.InMemory)]
    [InlineData(OutboxKind.Transactional)]
    public async Task With_an_outbox_a_failing_consumer_has_sent_nothing(OutboxKind outbox)
    {
        await using var lab = Shops(1, it => it.Outbox(outbox));
        await lab.When(new Order("tea")).Then(Faulted<TimeoutException>());
    }

    [Fact]
    public async Task The_inbox_drops_a_duplicate_where_there_is_one()
    {
        await using var lab = Shops(0, it => it.Outbox(OutboxKind.Transactional));
        await lab.When(Twice(new Order("tea"))).Then(new Ordered("tea", s_start, 0));
        await using var without = Shops(0, it => it.Outbox(OutboxKind.InMemory));
        await without
            .When(Twice(new Order("tea")))
            .Then(new Ordered("tea", s_start, 0), new Ordered("tea", s_start, 0));
    }

    [Fact]
    public async Task A_consumer_that_reads_the_table_of_a_saga_finds_the_instances_of_the_lab()
    {
        var table = new ConcurrentDictionary<Guid, string>();
        await using var lab = new SagaLab(it =>
            it.Saga<GuestMachine, Guest>()
                .Consumer<Porter>()
                .Services(services => services.AddSingleton(table))
                .WriteThrough<Guest>(
                    (services, id, guest, _) =>
                    {
                        var rows = services.GetRequiredService<ConcurrentDictionary<Guid, string>>();
                        if (guest is null)
                            rows.TryRemove(id, out string? _);
                        else
                            rows[id] = guest.State;
                        return Task.CompletedTask;
                    }
                )
        );
        var id = Guid.NewGuid();

        await lab.When(new GuestArrived(id))
            .Then(new LookForGuest(id), new GuestSeen(id, "Inside"))
            .When(new GuestLeft(id))
            .Then(new LookForGuest(id), new GuestSeen(id, null));
        table.ShouldBeEmpty();
        (
            await Should.ThrowAsync<InvalidOperationException>(() => lab.Explore(it => it.Events(new GuestArrived(id))))
        ).Message.ShouldContain(nameof(LabSetup.WriteThrough));
    }

    public sealed record GuestArrived(Guid CorrelationId);

    public sealed record GuestLeft(Guid CorrelationId);

    public sealed record LookForGuest(Guid Id);

    public sealed record GuestSeen(Guid Id, string? State);

    public sealed class Guest : SagaStateMachineInstance
    {
        public Guid CorrelationId { get; set; }
        public string State { get; set; } = "";
    }

    sealed class GuestMachine : MassTransitStateMachine<Guest>
    {
        public GuestMachine()
        {
            InstanceState(guest => guest.State);
            Initially(When(Arrived).Publish(it => new LookForGuest(it.Saga.CorrelationId)).TransitionTo(Inside));
            During(Inside, When(Left).Publish(it => new LookForGuest(it.Saga.CorrelationId)).Finalize());
            SetCompletedWhenFinalized();
        }

        public State Inside { get; private set; } = null!;

        public Event<GuestArrived> Arrived { get; private set; } = null!;

        public Event<GuestLeft> Left { get; private set; } = null!;
    }

    sealed class Porter(ConcurrentDictionary<Guid, string> table) : IConsumer<LookForGuest>
    {
        public Task Consume(ConsumeContext<LookForGuest> context) =>
            context.Publish(new GuestSeen(context.Message.Id, table.GetValueOrDefault(context.Message.Id)));
    }

    [Fact]
    public async Task A_fault_reaches_its_consumers()
    {
        await using var lab = Shops(1, it => it.Outbox(OutboxKind.InMemory).Consumer<Complaints>());
        await lab.When(new Order("tea")).Then(Faulted<TimeoutException>(), new Complaint("tea"));
    }

    [Fact]
    public async Task Messages_of_a_consumer_reach_their_consumers_until_nothing_is_in_flight()
    {
        await using var lab = new SagaLab(it => it.Consumer<Chatterbox>());
        var run = lab.Start();
        await run.Deliver(new Chatter(50), cancellationToken: TestContext.Current.CancellationToken);
        run.IsSettled.ShouldBeTrue();
        run.Published<Chatter>().Count.ShouldBe(50);
    }

    [Fact]
    public async Task An_endless_chain_of_messages_is_reported()
    {
        await using var lab = new SagaLab(it => it.Consumer<Chatterbox>().AtMost(messages: 20));
        var endless = await Should.ThrowAsync<SagaLabException>(() => lab.Start().Deliver(new Chatter(50)));
        endless.Message.ShouldContain("More than 20 messages follow from one step");
    }

    [Fact]
    public async Task A_message_travels_as_the_interface_it_is_published_as()
    {
        await using var lab = new SagaLab(it => it.Consumer<Greeter>());
        await lab.When(As<IGreet>(new Hello("Ada", "not on the wire"))).Then(new Complaint("Ada"));
    }

    [Fact]
    public async Task A_message_without_a_consumer_is_a_mistake_of_the_test()
    {
        await using var lab = new SagaLab(it => it.Consumer<Chatterbox>());
        var mistake = await Should.ThrowAsync<ArgumentException>(() => lab.Start().Deliver(new Order("tea")));
        mistake.Message.ShouldContain("No saga or consumer in the lab accepts Order. Accepted types: Chatter.");
    }
}
