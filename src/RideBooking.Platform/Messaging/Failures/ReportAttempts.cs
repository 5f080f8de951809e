using MassTransit;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Messaging.Failures;

/// <summary>
/// Tells observers when an endpoint has finished with a delivery, so that no request keeps waiting for a message that failed.
/// </summary>
/// <remarks>
/// It runs outside redelivery: a message left for redelivery has failed for now. A message that only waits in its queue for the
/// database (<see cref="ReturnDuringOutage"/>) has not.
/// </remarks>
internal sealed class ReportAttempts(IReadOnlyList<IDeliveryObserver> observers, string endpoint) : IMessageFilter
{
    public async Task Handle<T>(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
        where T : class
    {
        try
        {
            await next.Send(context);
            Report(context);
        }
        catch (Exception exception) when (!DatabaseOutage.Matches(exception))
        {
            Report(context);
            throw;
        }
    }

    void Report(ConsumeContext context)
    {
        if (context.GetOriginalMessageId() is { } message)
            foreach (var observer in observers)
                observer.OnDelivered(message, endpoint);
    }
}
