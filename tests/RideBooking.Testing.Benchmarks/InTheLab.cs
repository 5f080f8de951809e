using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.TestKit.Machines;
using static RideBooking.Testing.Expect;
using static RideBooking.Testing.Step;

namespace RideBooking.Testing.Benchmarks;

/// <summary>The cases as scenarios of the lab.</summary>
sealed class InTheLab : ICases
{
    static SagaLab Open()
    {
        return new SagaLab(lab =>
            lab.Saga<OrderMachine, Order>().Services(services => services.AddSingleton(typeof(Flaw), Flaw.None))
        );
    }

    public async Task An_order_is_paid_and_shipped(Guid id)
    {
        await using var lab = Open();
        await lab.Given(new OrderPlaced(id), new PaymentReceived(id, 10))
            .When(new OrderShipped(id))
            .Then(Saga<Order>(id).Is("Shipped"));
    }

    public async Task A_payment_ships_the_order_once_and_does_nothing_else(Guid id)
    {
        await using var lab = Open();
        await lab.Given(new OrderPlaced(id))
            .When(new PaymentReceived(id, 10))
            .Then(new ShipOrder(id), Cancelled<PaymentTimedOut>());
    }

    public async Task An_unpaid_order_is_cancelled_after_half_an_hour(Guid id)
    {
        await using var lab = Open();
        await lab.Given(new OrderPlaced(id))
            .When(Passes(TimeSpan.FromMinutes(30)))
            .Then(new OrderCancelled(id), Saga<Order>(id).Is("Cancelled"));
    }

    public async Task A_paid_order_is_not_cancelled_later(Guid id)
    {
        await using var lab = Open();
        await lab.Given(new OrderPlaced(id), new PaymentReceived(id, 10))
            .When(Passes(TimeSpan.FromDays(1)))
            .Then(Saga<Order>(id).Is("Paid"));
    }

    public async Task A_payment_for_no_order_fails(Guid id)
    {
        await using var lab = Open();
        await lab.When(new PaymentReceived(id, 10)).Then(Faulted<SagaException>());
    }
}
