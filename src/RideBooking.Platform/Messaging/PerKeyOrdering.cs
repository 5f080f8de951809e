using MassTransit;

namespace RideBooking.Platform.Messaging;

/// <summary>
/// Handles the messages of one key in arrival order at each endpoint of a process, in parallel with those of other keys.
/// </summary>
/// <remarks>
/// This is an optimization, not a guarantee: handlers tolerate any order, and other processes do not take part. But two
/// messages that contend for one row cost an extra attempt each, and messages of one key often arrive together.
/// </remarks>
internal sealed class PerKeyOrdering : IMessageFilter
{
    readonly KeyedQueue<Guid> _queue = new();

    public Task Handle<T>(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
        where T : class =>
        CorrelationKey<T>.Of(context.Message) is { } key
            ? _queue.Enqueue(key).Run(() => next.Send(context), context.CancellationToken)
            : next.Send(context);
}
