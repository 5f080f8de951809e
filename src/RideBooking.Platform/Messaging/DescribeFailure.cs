using System.Text.Json;
using MassTransit;

namespace RideBooking.Platform.Messaging;

/// <summary>
/// Notes what MassTransit leaves out of a failed message's headers: how often it was redelivered, and, where its JSON cannot be
/// read, the exception that names the member instead of the innermost one.
/// </summary>
internal sealed class DescribeFailure : IFilter<ExceptionReceiveContext>
{
    /// <summary>Call this before what stores or moves the message.</summary>
    public static void Use(IReceiveEndpointConfigurator endpoint) =>
        endpoint.ConfigureError(error => error.UseFilter(new DescribeFailure()));

    public Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next)
    {
        if (context.TransportHeaders.Get<int>(MessageHeaders.RedeliveryCount) is > 0 and var redeliveries)
            context.ExceptionHeaders.Set(MessageHeaders.FaultRedeliveryCount, redeliveries);
        for (var exception = context.Exception; exception is not null; exception = exception.InnerException)
            if (exception is JsonException { InnerException: InvalidOperationException or FormatException })
            {
                context.ExceptionHeaders.Set(MessageHeaders.FaultMessage, exception.Message);
                context.ExceptionHeaders.Set(
                    MessageHeaders.FaultExceptionType,
                    TypeCache.GetShortName(exception.GetType())
                );
                break;
            }
        return next.Send(context);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("describeFailure");
}
