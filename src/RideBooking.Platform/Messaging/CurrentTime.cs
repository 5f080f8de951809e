using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace RideBooking.Platform.Messaging;

/// <summary>The clock for the steps of a state machine, which no services are injected into.</summary>
public static class CurrentTime
{
    /// <summary>Returns the current time, by the application's clock.</summary>
    public static DateTimeOffset Now(this ConsumeContext context) =>
        context.GetPayload<IServiceProvider>().GetRequiredService<TimeProvider>().GetUtcNow();
}
