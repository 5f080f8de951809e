using MassTransit;
using MassTransit.RabbitMqTransport;

namespace RideBooking.Platform.Messaging;

/// <summary>
/// Lets no queue go for good. MassTransit 8 connects an endpoint again whatever took its channel, but for a cancellation: that
/// it takes for the bus's own end, and consumes the queue no more, without a word, while the process goes on. And the client
/// cancels what the broker has not answered in time, as one that has just started and declares queues by the dozen may not.
/// </summary>
internal sealed class KeepConsuming : IFilter<ChannelContext>
{
    static readonly KeepConsuming s_instance = new();

    public static void Use(IRabbitMqReceiveEndpointConfigurator endpoint) =>
        endpoint.ConfigureChannel(channel => channel.UseFilter(s_instance));

    public async Task Send(ChannelContext context, IPipe<ChannelContext> next)
    {
        try
        {
            await next.Send(context);
        }
        catch (OperationCanceledException cancelled)
        {
            // A bus that is stopping looks whether it is before it connects again.
            throw new RabbitMqConnectionException("The broker did not answer in time.", cancelled);
        }
    }

    public void Probe(ProbeContext context) { }
}
