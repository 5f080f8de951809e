using MassTransit;

namespace RideBooking.Platform.Messaging;

/// <summary>
/// Handles the messages of one ride in arrival order at each endpoint of a process, in parallel with those of other rides.
/// </summary>
/// <remarks>
/// This is an optimization, not a guarantee: handlers tolerate any order, and other processes do not take part. But two
/// messages that contend for one row cost an extra attempt each, and messages of one ride often arrive together.
/// </remarks>
internal sealed class PerRideOrdering : IMessageFilter
{
    readonly KeyedQueue<Guid> _queue = new();

    public Task Handle<T>(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
        where T : class =>
        RideOf<T>.Message(context.Message) is { } ride
            ? _queue.Enqueue(ride).Run(() => next.Send(context), context.CancellationToken)
            : next.Send(context);
}
