using MassTransit;
using MassTransit.Testing;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.TestKit.Machines;

namespace RideBooking.Testing.Benchmarks;

/// <summary>
/// The cases with MassTransit's harness, as its documentation shows. It cannot advance the clock, so the half hour is reduced
/// to 300 ms, and "later" is a wait of a second.
/// </summary>
sealed class WithTheHarness : ICases
{
    static ServiceProvider Open()
    {
        return new ServiceCollection()
            .AddMassTransitTestHarness(
                TextWriter.Null,
                bus =>
                {
                    bus.AddDelayedMessageScheduler();
                    bus.AddSagaStateMachine<OrderMachine, Order>();
                    bus.UsingInMemory(
                        (context, memory) =>
                        {
                            memory.UseDelayedMessageScheduler();
                            memory.ConfigureEndpoints(context);
                        }
                    );
                }
            )
            .AddSingleton(_ => new OrderMachine(Flaw.None, TimeSpan.FromMilliseconds(300)))
            .BuildServiceProvider(true);
    }

    public async Task An_order_is_paid_and_shipped(Guid id)
    {
        await using var services = Open();
        var harness = services.GetRequiredService<ITestHarness>();
        await harness.Start();
        var saga = harness.GetSagaStateMachineHarness<OrderMachine, Order>();
        await harness.Bus.Publish(new OrderPlaced(id));
        Check(await saga.Exists(id, machine => machine.Unpaid) is not null);
        await harness.Bus.Publish(new PaymentReceived(id, 10));
        Check(await saga.Exists(id, machine => machine.Paid) is not null);
        await harness.Bus.Publish(new OrderShipped(id));
        Check(await saga.Exists(id, machine => machine.Shipped) is not null);
    }

    public async Task A_payment_ships_the_order_once_and_does_nothing_else(Guid id)
    {
        await using var services = Open();
        var harness = services.GetRequiredService<ITestHarness>();
        await harness.Start();
        var saga = harness.GetSagaStateMachineHarness<OrderMachine, Order>();
        await harness.Bus.Publish(new OrderPlaced(id));
        Check(await saga.Exists(id, machine => machine.Unpaid) is not null);
        await harness.Bus.Publish(new PaymentReceived(id, 10));
        Check(await saga.Exists(id, machine => machine.Paid) is not null);
        Check(await harness.Published.Any<ShipOrder>());
        Check(!await harness.Published.Any<OrderCancelled>());
        Check(harness.Published.Select<ShipOrder>().Count() == 1);
    }

    public async Task An_unpaid_order_is_cancelled_after_half_an_hour(Guid id)
    {
        await using var services = Open();
        var harness = services.GetRequiredService<ITestHarness>();
        await harness.Start();
        var saga = harness.GetSagaStateMachineHarness<OrderMachine, Order>();
        await harness.Bus.Publish(new OrderPlaced(id));
        Check(await saga.Exists(id, machine => machine.Unpaid) is not null);
        Check(await harness.Published.Any<OrderCancelled>());
        Check(await saga.Exists(id, machine => machine.Cancelled) is not null);
    }

    public async Task A_paid_order_is_not_cancelled_later(Guid id)
    {
        await using var services = Open();
        var harness = services.GetRequiredService<ITestHarness>();
        await harness.Start();
        var saga = harness.GetSagaStateMachineHarness<OrderMachine, Order>();
        await harness.Bus.Publish(new OrderPlaced(id));
        Check(await saga.Exists(id, machine => machine.Unpaid) is not null);
        await harness.Bus.Publish(new PaymentReceived(id, 10));
        Check(await saga.Exists(id, machine => machine.Paid) is not null);
        await Task.Delay(TimeSpan.FromSeconds(1));
        Check(!await harness.Published.Any<OrderCancelled>());
        Check(await saga.Exists(id, machine => machine.Paid) is not null);
    }

    public async Task A_payment_for_no_order_fails(Guid id)
    {
        await using var services = Open();
        var harness = services.GetRequiredService<ITestHarness>();
        await harness.Start();
        await harness.Bus.Publish(new PaymentReceived(id, 10));
        Check(await harness.Published.Any<Fault<PaymentReceived>>());
    }

    static void Check(bool holds)
    {
        if (!holds)
            throw new InvalidOperationException("It does not hold.");
    }
}
