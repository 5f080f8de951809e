using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform.Messaging;

namespace RideBooking.Platform.Recovery;

/// <summary>Registers the recovery.</summary>
internal static class RecoveryRegistration
{
    /// <summary>
    /// Registers the recovery. Call it after registering the bus, so that all consumers run before it republishes anything.
    /// </summary>
    public static void AddRecovery(this IServiceCollection services, TransportKind transport)
    {
        services.AddSingleton<UnhandledEvents>();
        services.AddSingleton<Recover>();
        services.AddHostedService<MoveRecoveryPoint>();
        if (transport == TransportKind.InMemory)
            services.AddHostedService<RecoverAtStart>();
    }
}
