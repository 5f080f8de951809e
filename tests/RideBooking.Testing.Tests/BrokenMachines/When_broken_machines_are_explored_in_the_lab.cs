using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.TestKit.Machines;

namespace RideBooking.Testing.Tests.BrokenMachines;

/// <summary>The lab explores the same three messages with duplicates, timers and crashes in every order.</summary>
public sealed class When_broken_machines_are_explored_in_the_lab
{
    readonly Guid _id = Guid.CreateVersion7();

    static SagaLab LabOf(Flaw flaw) =>
        new(lab =>
            lab.Saga<OrderMachine, Order>()
                .Services(services => services.AddSingleton(typeof(Flaw), flaw))
                .Outbox(OutboxKind.Transactional)
                .Retry(retry => retry.Immediate(5))
        );

    void EveryOrder(ExplorationSetup it) =>
        it.Events(new OrderPlaced(_id), new PaymentReceived(_id, 10), new OrderShipped(_id))
            .Duplicates(1)
            .Crashes(1)
            .NothingFails()
            .Always(
                "a paid order is not cancelled",
                world => !Cancelled(world) || world.Published<ShipOrder>().Count == 0
            )
            .Always("an order is shipped once", world => world.Published<ShipOrder>().Count <= 1);

    static bool Cancelled(LabView world) => world.Published<OrderCancelled>().Count > 0;

    async Task<Violation> BreachOf(Flaw flaw)
    {
        await using var lab = LabOf(flaw);
        var report = await lab.FindViolation(EveryOrder, TestContext.Current.CancellationToken);
        return report.Violation.ShouldNotBeNull();
    }

    [Fact]
    public async Task Nothing_in_the_machine_without_a_flaw()
    {
        await using var lab = LabOf(Flaw.None);
        var report = await lab.Explore(EveryOrder, TestContext.Current.CancellationToken);
        report.States.ShouldBeGreaterThan(50);
        report.Ends.ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task The_timer_that_cancels_a_paid_order()
    {
        var breach = await BreachOf(Flaw.LostTimeoutCancel);
        breach.Invariant.ShouldBe("a paid order is not cancelled");
        breach.Steps.ShouldBe(4); // placed, paid, the timer fires, its message arrives
        breach.Diagram.ShouldContain("outside->>order: PaymentTimedOut");
    }

    [Fact]
    public async Task The_payment_that_arrives_again_after_the_shipment()
    {
        var breach = await BreachOf(Flaw.MissingIgnore);
        breach.Invariant.ShouldBe("nothing fails");
        breach.View.Failed<PaymentReceived>().Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_payment_that_ships_the_order_twice()
    {
        var breach = await BreachOf(Flaw.NotIdempotent);
        breach.Invariant.ShouldBe("an order is shipped once");
        breach.Steps.ShouldBe(3); // placed, paid and duplicated, paid again
    }

    [Fact]
    public async Task The_same_breach_again_by_its_seed()
    {
        var seed = (await BreachOf(Flaw.NotIdempotent)).Seed;
        await using var lab = LabOf(Flaw.NotIdempotent);
        var again = await lab.FindViolation(
            it =>
            {
                EveryOrder(it);
                it.Replay(seed);
            },
            TestContext.Current.CancellationToken
        );
        again.Violation.ShouldNotBeNull().Invariant.ShouldBe("an order is shipped once");
        again.States.ShouldBe(3);
    }

    [Theory]
    [InlineData(Flaw.LostTimeoutCancel)]
    [InlineData(Flaw.MissingIgnore)]
    [InlineData(Flaw.NotIdempotent)]
    public async Task On_random_paths_too_and_shortens_them(Flaw flaw)
    {
        var shortest = await BreachOf(flaw);
        await using var lab = LabOf(flaw);
        var report = await lab.FindViolation(
            it =>
            {
                EveryOrder(it);
                it.Randomly(TimeSpan.FromSeconds(20), seed: 1);
            },
            TestContext.Current.CancellationToken
        );
        var breach = report.Violation.ShouldNotBeNull();
        breach.Steps.ShouldBeLessThanOrEqualTo(shortest.Steps + 1);
    }
}
