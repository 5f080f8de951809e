using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform.Messaging;

namespace RideBooking.Platform.Recovery;

/// <summary>Registers the recovery.</summary>
internal static class RecoveryRegistration
{
    /// <summary>After the bus, so that at the start everybody is there to hear what is said again.</summary>
    public static void AddRecovery(this IServiceCollection services, TransportKind transport)
    {
        services.AddSingleton<InboxConsumers>();
        services.AddSingleton<UnhandledEvents>();
        services.AddSingleton<Recover>();
        services.AddHostedService<MoveRecoveryPoint>();
        if (transport == TransportKind.InMemory)
            services.AddHostedService<RecoverAtStart>();
    }
}
