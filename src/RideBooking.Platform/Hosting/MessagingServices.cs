using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RideBooking.Platform.Http.Limits;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;
using RideBooking.Platform.Recovery;
using RideBooking.Platform.Visibility;

namespace RideBooking.Platform.Hosting;

/// <summary>Registers the bus and what builds on it: visibility and recovery.</summary>
public static class MessagingServices
{
    /// <inheritdoc cref="MessagingRegistration.AddMessaging"/>
    public static TransportOptions AddMessagingServices(
        this IServiceCollection services,
        IConfiguration configuration,
        IHostEnvironment environment,
        DatabaseOptions database,
        IReadOnlyList<IModule> modules
    )
    {
        services.AddVisibility(configuration, LimitOptions.Read(configuration).RequestTimeout);
        var transport = services.AddMessaging(configuration, environment, database, modules);
        services.AddRecovery(transport.Kind);
        return transport;
    }
}
