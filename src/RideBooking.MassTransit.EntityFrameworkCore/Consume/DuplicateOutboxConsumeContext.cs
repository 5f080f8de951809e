using MassTransit.Middleware;
using MassTransit.Middleware.Outbox;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>Consumes a message that was already handled: it is acknowledged without running the consumer.</summary>
sealed class DuplicateOutboxConsumeContext<TMessage>(
    ConsumeContext<TMessage> context,
    OutboxConsumeOptions options,
    IServiceProvider provider
) : OutboxConsumeContextProxy<TMessage>(context, options, provider)
    where TMessage : class
{
    public override bool ContinueProcessing { get; set; }
    public override bool IsMessageConsumed => true;
    public override bool IsOutboxDelivered => true;
    public override int ReceiveCount => 2;
    public override long? LastSequenceNumber => null;

    public override Task SetConsumed() => Task.CompletedTask;

    public override Task SetDelivered() => Task.CompletedTask;

    public override Task<List<OutboxMessageContext>> LoadOutboxMessages() =>
        Task.FromResult<List<OutboxMessageContext>>([]);

    public override Task NotifyOutboxMessageDelivered(OutboxMessageContext message) => Task.CompletedTask;

    public override Task RemoveOutboxMessages() => Task.CompletedTask;

    public override Task AddSend<T>(SendContext<T> context) =>
        throw new InvalidOperationException("A message that was already handled cannot send anything.");
}
