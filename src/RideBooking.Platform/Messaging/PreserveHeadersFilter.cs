using MassTransit;
using MassTransit.Middleware;

namespace RideBooking.Platform.Messaging;

/// <summary>
/// The in-memory transport moves a message to its error queue without the headers it came with; where the body cannot be
/// read they are all that is known of it. RabbitMQ keeps them by itself.
/// </summary>
internal sealed class PreserveHeadersFilter : IFilter<ExceptionReceiveContext>
{
    public static void Use(IReceiveEndpointConfigurator endpoint, TransportKind transport) =>
        endpoint.ConfigureError(error =>
        {
            // Naming one filter leaves out the transport's own two.
            if (transport == TransportKind.InMemory)
                error.UseFilter(new PreserveHeadersFilter());
            error.UseFilter(new GenerateFaultFilter());
            error.UseFilter(new ErrorTransportFilter());
        });

    public Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next)
    {
        foreach (var (key, value) in context.TransportHeaders.GetAll())
            context.ExceptionHeaders.Set(key, value, overwrite: false);
        return next.Send(context);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("keepHeaders");
}
