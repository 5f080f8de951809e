using MassTransit;
using RideBooking.Platform.Observability;

namespace RideBooking.Platform.Messaging;

/// <summary>
/// Tells <see cref="EventVisibility"/> when an endpoint has finished with a delivery, so that no request goes on waiting for a
/// message that failed. Outermost, because a message that is left for redelivery has failed for now.
/// </summary>
internal sealed class ReportAttempts(EventVisibility visibility, string endpoint) : IAroundMessages
{
    public async Task Handle<T>(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
        where T : class
    {
        try
        {
            await next.Send(context);
        }
        finally
        {
            if (visibility.IsNeeded && context.GetOriginalMessageId() is { } message)
                visibility.Attempted(message, endpoint);
        }
    }
}
