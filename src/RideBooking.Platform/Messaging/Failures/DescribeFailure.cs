using System.Text.Json;
using MassTransit;
using RideBooking.EventLog;

namespace RideBooking.Platform.Messaging.Failures;

/// <summary>Adds the failure details that MassTransit leaves out of a failed message's headers.</summary>
/// <remarks>
/// These are the number of redeliveries and, where JSON cannot be read, the exception that names the member, or the event of the
/// log, instead of the innermost exception.
/// </remarks>
internal sealed class DescribeFailure : IFilter<ExceptionReceiveContext>
{
    /// <summary>Adds the filter. Call this before the filter that stores or moves the message.</summary>
    public static void Use(IReceiveEndpointConfigurator endpoint) =>
        endpoint.ConfigureError(error => error.UseFilter(new DescribeFailure()));

    public Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next)
    {
        if (context.TransportHeaders.Get<int>(MessageHeaders.RedeliveryCount) is > 0 and var redeliveries)
            context.ExceptionHeaders.Set(MessageHeaders.FaultRedeliveryCount, redeliveries);
        for (var exception = context.Exception; exception is not null; exception = exception.InnerException)
            if (
                exception
                is UnreadableEventException
                    or JsonException { InnerException: InvalidOperationException or FormatException }
            )
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
