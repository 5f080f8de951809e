using MassTransit;
using RideBooking.Testing;

namespace RideBooking.TestKit.Machines;

public sealed record OrderPlaced(Guid OrderId);

public sealed record PaymentReceived(Guid OrderId, decimal Amount);

public sealed record OrderShipped(Guid OrderId);

public sealed record ShipOrder(Guid OrderId);

public sealed record OrderCancelled(Guid OrderId);

public sealed record PaymentTimedOut(Guid OrderId);

/// <summary>A defect of the machine. Each passes the usual test and a review.</summary>
public enum Flaw
{
    /// <summary>No defect.</summary>
    None,

    /// <summary>The timer that cancels unpaid orders keeps running after the payment.</summary>
    LostTimeoutCancel,

    /// <summary>A payment that arrives again after the order was shipped fails.</summary>
    MissingIgnore,

    /// <summary>A payment that arrives again ships the order again.</summary>
    NotIdempotent,
}

public sealed class Order : SagaStateMachineInstance
{
    public Guid CorrelationId { get; set; }
    public string State { get; set; } = "";
    public decimal Paid { get; set; }
    public Guid? TimeoutToken { get; set; }
}

/// <summary>An order that is shipped once paid, and cancelled if unpaid after half an hour.</summary>
public sealed class OrderMachine : MassTransitStateMachine<Order>
{
    public static readonly TimeSpan PaymentTime = TimeSpan.FromMinutes(30);

    public OrderMachine(Flaw flaw, TimeSpan? paymentTime = null)
    {
        InstanceState(order => order.State);
        Event(() => Placed, e => e.CorrelateById(c => c.Message.OrderId));
        Event(
            () => Payment,
            e => e.CorrelateById(c => c.Message.OrderId).OnMissingInstance(missing => missing.Fault())
        );
        Event(
            () => Shipment,
            e => e.CorrelateById(c => c.Message.OrderId).OnMissingInstance(missing => missing.Fault())
        );
        Schedule(
            () => Timeout,
            order => order.TimeoutToken,
            schedule =>
            {
                schedule.Delay = paymentTime ?? PaymentTime;
                schedule.Received = e => e.CorrelateById(c => c.Message.OrderId);
            }
        );

        Initially(When(Placed).Schedule(Timeout, c => new PaymentTimedOut(c.Saga.CorrelationId)).TransitionTo(Unpaid));

        During(
            Unpaid,
            Pay(flaw),
            When(Timeout.Received).Publish(c => new OrderCancelled(c.Saga.CorrelationId)).TransitionTo(Cancelled)
        );
        During(Paid, When(Shipment).TransitionTo(Shipped));
        During(Cancelled, Ignore(Payment));

        if (flaw is Flaw.LostTimeoutCancel)
            During(
                Paid,
                When(Timeout.Received).Publish(c => new OrderCancelled(c.Saga.CorrelationId)).TransitionTo(Cancelled)
            );
        else
            During(Paid, Ignore(Timeout.Received));
        if (flaw is Flaw.NotIdempotent)
            During(Paid, Pay(flaw));
        else
            During(Paid, Ignore(Payment));
        if (flaw is not Flaw.MissingIgnore)
            During(Shipped, Ignore(Payment));
        During([Shipped, Cancelled], Ignore(Shipment), Ignore(Timeout.Received));
        During([Unpaid, Paid, Shipped, Cancelled], Ignore(Placed));
    }

    public State Unpaid { get; private set; } = null!;
    public State Paid { get; private set; } = null!;
    public State Shipped { get; private set; } = null!;
    public State Cancelled { get; private set; } = null!;

    public Event<OrderPlaced> Placed { get; private set; } = null!;
    public Event<PaymentReceived> Payment { get; private set; } = null!;
    public Event<OrderShipped> Shipment { get; private set; } = null!;
    public Schedule<Order, PaymentTimedOut> Timeout { get; private set; } = null!;

    EventActivityBinder<Order, PaymentReceived> Pay(Flaw flaw)
    {
        var paid = When(Payment)
            .Then(c => c.Saga.Paid += c.Message.Amount)
            .Publish(c => new ShipOrder(c.Saga.CorrelationId));
        return (flaw is Flaw.LostTimeoutCancel ? paid : paid.Unschedule(Timeout)).TransitionTo(Paid);
    }
}
