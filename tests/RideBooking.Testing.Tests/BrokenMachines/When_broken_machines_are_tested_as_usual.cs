using MassTransit;
using MassTransit.Testing;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.TestKit.Machines;

namespace RideBooking.Testing.Tests.BrokenMachines;

/// <summary>
/// The usual test with MassTransit's harness: every message of the good case, once, in order. It passes for every broken
/// machine.
/// </summary>
public sealed class When_broken_machines_are_tested_as_usual
{
    [Theory]
    [InlineData(Flaw.None)]
    [InlineData(Flaw.LostTimeoutCancel)]
    [InlineData(Flaw.MissingIgnore)]
    [InlineData(Flaw.NotIdempotent)]
    public async Task Finds_nothing_wrong(Flaw flaw)
    {
        await using var services = new ServiceCollection()
            .AddSingleton(typeof(Flaw), flaw)
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
            .BuildServiceProvider(true);
        var harness = services.GetRequiredService<ITestHarness>();
        await harness.Start();
        var saga = harness.GetSagaStateMachineHarness<OrderMachine, Order>();
        var id = Guid.CreateVersion7();
        var cancellationToken = TestContext.Current.CancellationToken;

        await harness.Bus.Publish(new OrderPlaced(id), cancellationToken);
        (await saga.Exists(id, machine => machine.Unpaid)).ShouldNotBeNull();

        await harness.Bus.Publish(new PaymentReceived(id, 10), cancellationToken);
        (await saga.Exists(id, machine => machine.Paid)).ShouldNotBeNull();
        (await harness.Published.Any<ShipOrder>(cancellationToken)).ShouldBeTrue();

        await harness.Bus.Publish(new OrderShipped(id), cancellationToken);
        (await saga.Exists(id, machine => machine.Shipped)).ShouldNotBeNull();
    }
}
