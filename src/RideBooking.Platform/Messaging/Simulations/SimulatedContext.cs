using MassTransit;
using MassTransit.Middleware;
using MassTransit.Middleware.Outbox;

namespace RideBooking.Platform.Messaging.Simulations;

/// <summary>Collects what a consumer publishes, sends and schedules. Nothing goes further.</summary>
/// <remarks>An outbox's context is made for this: whatever leaves through it is given to <see cref="AddSend"/>.</remarks>
/// <param name="context">The message.</param>
/// <param name="run">Gets what would leave.</param>
/// <param name="services">The services that the consumer may use.</param>
/// <param name="topology">Knows the addresses of published messages.</param>
internal sealed class SimulatedContext<TMessage>(
    ConsumeContext<TMessage> context,
    SimulationRun run,
    IServiceProvider services,
    IBusTopology topology
) : OutboxConsumeContextProxy<TMessage>(context, new OutboxConsumeOptions(), services)
    where TMessage : class
{
    public override bool ContinueProcessing { get; set; } = true;
    public override bool IsMessageConsumed => false;
    public override bool IsOutboxDelivered => false;
    public override int ReceiveCount => 1;
    public override long? LastSequenceNumber => null;

    public override Task AddSend<T>(SendContext<T> context)
    {
        var isPublished =
            topology.TryGetPublishAddress<T>(out var address)
            && address.AbsolutePath == context.DestinationAddress?.AbsolutePath;
        run.Add(context, isPublished);
        return Task.CompletedTask;
    }

    // Otherwise observers would count the message as handled, and a failure would publish a fault.
    public override Task NotifyConsumed<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType) =>
        Task.CompletedTask;

    public override Task NotifyFaulted<T>(
        ConsumeContext<T> context,
        TimeSpan duration,
        string consumerType,
        Exception exception
    ) => Task.CompletedTask;

    public override Task SetConsumed() => Task.CompletedTask;

    public override Task SetDelivered() => Task.CompletedTask;

    public override Task<List<OutboxMessageContext>> LoadOutboxMessages() =>
        Task.FromResult<List<OutboxMessageContext>>([]);

    public override Task NotifyOutboxMessageDelivered(OutboxMessageContext message) => Task.CompletedTask;

    public override Task RemoveOutboxMessages() => Task.CompletedTask;
}
