using MassTransit;

namespace RideBooking.Testing.Engine;

/// <summary>Records what handlers publish and send. Nothing goes further: the lab itself delivers it, or does not.</summary>
sealed class Recorder(AsyncLocal<Handling?> present, Serializer wire) : IPublishObserver, ISendObserver
{
    public Task PostPublish<T>(PublishContext<T> context)
        where T : class
    {
        if (present.Value is { } handling)
            handling.AddOutput(
                new Outgoing.Published(wire.Pack(context.Message, typeof(T), HeadOf(context, handling), handling.Now))
            );
        return Task.CompletedTask;
    }

    public Task PostSend<T>(SendContext<T> context)
        where T : class
    {
        if (present.Value is not { } handling)
            return Task.CompletedTask;
        var request = handling.Delivery.Envelope;
        handling.AddOutput(
            new Outgoing.Sent(
                wire.Pack(context.Message, typeof(T), HeadOf(context, handling), handling.Now),
                context.DestinationAddress!,
                IsResponse: request.RequestId is { } asked
                    && context.RequestId == asked
                    && context.DestinationAddress == request.ResponseAddress
            )
        );
        return Task.CompletedTask;
    }

    public static Serializer.Head HeadOf(SendContext context, Handling handling) =>
        new(
            handling.IdOf(context.MessageId),
            context.RequestId,
            context.ResponseAddress,
            context.FaultAddress,
            context.CorrelationId,
            context.ConversationId,
            context.Headers.GetAll().ToDictionary(header => header.Key, header => header.Value)
        );

    Task IPublishObserver.PrePublish<T>(PublishContext<T> context) => Task.CompletedTask;

    Task IPublishObserver.PublishFault<T>(PublishContext<T> context, Exception exception) => Task.CompletedTask;

    Task ISendObserver.PreSend<T>(SendContext<T> context) => Task.CompletedTask;

    Task ISendObserver.SendFault<T>(SendContext<T> context, Exception exception) => Task.CompletedTask;
}
