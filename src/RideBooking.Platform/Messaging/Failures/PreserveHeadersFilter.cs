using MassTransit;
using MassTransit.Middleware;

namespace RideBooking.Platform.Messaging.Failures;

/// <summary>
/// Preserves a message's original headers when the in-memory transport moves it to its error queue, which drops them.
/// </summary>
/// <remarks>
/// For a body that cannot be read, the headers are the only information about the message. RabbitMQ preserves them
/// automatically.
/// </remarks>
internal sealed class PreserveHeadersFilter : IFilter<ExceptionReceiveContext>
{
    public static void Use(IReceiveEndpointConfigurator endpoint, TransportKind transport) =>
        endpoint.ConfigureError(error =>
        {
            // Adding any filter replaces the transport's two defaults, so they are added again here.
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

    public void Probe(ProbeContext context) => context.CreateFilterScope("preserveHeaders");
}
