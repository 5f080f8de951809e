using MassTransit;

namespace RideBooking.Operations.ErrorQueues;

/// <summary>Wakes the mover of failed messages when a message fails in this process or has no consumer.</summary>
internal sealed class FailureObserver(WorkSignal<MoveFailedMessages> signal) : IReceiveObserver
{
    public Task ReceiveFault(ReceiveContext context, Exception exception)
    {
        signal.Wake();
        return Task.CompletedTask;
    }

    public Task PostReceive(ReceiveContext context)
    {
        if (!context.IsDelivered && !context.IsFaulted)
            signal.Wake();
        return Task.CompletedTask;
    }

    public Task PreReceive(ReceiveContext context) => Task.CompletedTask;

    public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
        where T : class => Task.CompletedTask;

    public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
        where T : class => Task.CompletedTask;
}
