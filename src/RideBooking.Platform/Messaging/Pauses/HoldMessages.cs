using MassTransit;

namespace RideBooking.Platform.Messaging.Pauses;

/// <summary>Holds the messages of a paused endpoint on the in-memory transport.</summary>
/// <remarks>
/// Stopping an endpoint of this transport loses the messages that are between its queue and its consumer. It has no limit of
/// time for a message, so that messages can wait here. When the process ends, those that wait are lost with the queues of the
/// transport, and the next start recovers them.
/// </remarks>
internal sealed class HoldMessages(EndpointGate gate, InMemoryDrain drain) : IFilter<ReceiveContext>
{
    public async Task Send(ReceiveContext context, IPipe<ReceiveContext> next)
    {
        try
        {
            // An endpoint may be paused again before the message goes on.
            while (gate.IsClosed)
                await drain.WithoutWaitingFor(context, gate.WhenOpen);
        }
        catch (OperationCanceledException)
        {
            // The process ends. An exception would be reported as a failure of the message.
            return;
        }
        await next.Send(context);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("holdMessages");
}
