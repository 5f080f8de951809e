using System.Collections.Concurrent;
using MassTransit;

namespace RideBooking.Testing.Hosted;

/// <summary>
/// Observes what is sent and received on a running bus, and reports it to the scenario that is being played.
/// </summary>
sealed class WireTap : ISendObserver, IPublishObserver, IReceiveObserver
{
    // A failed message is reported twice, as a fault and as received.
    readonly ConcurrentDictionary<ReceiveContext, HostedEnvelope> _inHand = new(ReferenceEqualityComparer.Instance);
    readonly ConcurrentDictionary<SendContext, HostedEnvelope> _beingSent = new(ReferenceEqualityComparer.Instance);
    volatile BusRun? _run;

    public BusRun? Run
    {
        get => _run;
        set => _run = value;
    }

    /// <summary>Returns when a timer of the scenario is due on the lab's clock.</summary>
    public DateTimeOffset? DueOf(Guid token) => _run?.DueOf(token);

    // Reported before it is sent, so that a message is always reported before its results.
    Task Began<T>(SendContext<T> context, bool isPublished)
        where T : class
    {
        if (_run is { } run && run.Owns(context.ConversationId) && HostedEnvelope.Of(context) is { } envelope)
        {
            _beingSent[context] = envelope;
            run.SendStarted(envelope, context, isPublished);
        }
        return Task.CompletedTask;
    }

    Task Ended(SendContext context, bool isSent)
    {
        if (_beingSent.TryRemove(context, out var envelope))
            _run?.SendEnded(envelope, isSent);
        return Task.CompletedTask;
    }

    Task IReceiveObserver.PreReceive(ReceiveContext context)
    {
        if (
            _run is { } run
            && HostedEnvelope.Read(context.Body.GetBytes()) is { } envelope
            && run.Owns(envelope.ConversationId)
            && _inHand.TryAdd(context, envelope)
        )
            run.ReceiveStarted();
        return Task.CompletedTask;
    }

    Task IReceiveObserver.PostReceive(ReceiveContext context)
    {
        if (_inHand.TryRemove(context, out var envelope))
            _run?.ReceiveEnded(envelope);
        return Task.CompletedTask;
    }

    Task IReceiveObserver.ReceiveFault(ReceiveContext context, Exception exception) =>
        ((IReceiveObserver)this).PostReceive(context);

    Task IReceiveObserver.PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType) =>
        Task.CompletedTask;

    Task IReceiveObserver.ConsumeFault<T>(
        ConsumeContext<T> context,
        TimeSpan duration,
        string consumerType,
        Exception exception
    ) => Task.CompletedTask;

    Task ISendObserver.PreSend<T>(SendContext<T> context) => Began(context, isPublished: false);

    Task ISendObserver.PostSend<T>(SendContext<T> context) => Ended(context, isSent: true);

    Task ISendObserver.SendFault<T>(SendContext<T> context, Exception exception) => Ended(context, isSent: false);

    Task IPublishObserver.PrePublish<T>(PublishContext<T> context) => Began(context, isPublished: true);

    Task IPublishObserver.PostPublish<T>(PublishContext<T> context) => Ended(context, isSent: true);

    Task IPublishObserver.PublishFault<T>(PublishContext<T> context, Exception exception) =>
        Ended(context, isSent: false);
}
