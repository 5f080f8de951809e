using MassTransit;
using RideBooking.Platform.Observability;

namespace RideBooking.Platform.Messaging;

/// <summary>
/// At one endpoint of one process, a ride's messages are handled one after the other, in the order in which they came, and
/// those of other rides beside them. Nothing depends on it: handlers bear any order, and other processes are not asked. But
/// two that meet at one row cost an attempt each, and messages of one ride often come together.
/// </summary>
internal sealed class PerRideOrdering : IMessageFilter
{
    readonly KeyedQueue<Guid> _turns = new();

    public Task Handle<T>(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
        where T : class =>
        RideOf<T>.Message(context.Message) is { } ride
            ? _turns.Enqueue(ride).Run(() => next.Send(context), context.CancellationToken)
            : next.Send(context);
}
