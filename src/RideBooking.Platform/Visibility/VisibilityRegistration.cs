using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RideBooking.Platform.Configuration;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Messaging.Failures;

namespace RideBooking.Platform.Visibility;

/// <summary>Registers what lets a caller's next request see the effects of the last one.</summary>
internal static class VisibilityRegistration
{
    /// <param name="services">Where it is registered.</param>
    /// <param name="configuration">Holds <c>Messaging:VisibilityTimeout</c>.</param>
    /// <param name="requestTimeout">The time limit of a request.</param>
    public static void AddVisibility(
        this IServiceCollection services,
        IConfiguration configuration,
        TimeSpan requestTimeout
    )
    {
        var options = new VisibilityOptions(
            configuration.Span("Messaging:VisibilityTimeout", TimeSpan.FromSeconds(10)),
            requestTimeout
        );
        services.AddSingleton(provider => new EventVisibility(
            provider.GetRequiredService<InboxConsumers>(),
            provider,
            options,
            provider.GetRequiredService<TransportOptions>(),
            provider.GetRequiredService<ILogger<EventVisibility>>()
        ));
        services.AddSingleton<IDeliveryObserver>(provider => provider.GetRequiredService<EventVisibility>());
        services.AddSingleton<IInterceptor, VisibilityInterceptor>();
    }
}
