using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace RideBooking.Testing;

/// <summary>Adds the lab to an application with a running bus.</summary>
public static class BusTrafficExtensions
{
    /// <summary>
    /// Counts the messages in flight on the container's bus from its start. Resolve <see cref="BusTraffic"/> to settle it.
    /// </summary>
    /// <remarks>
    /// This works with the in-memory transport only. With another transport, the bus fails to start, with a
    /// <see cref="SagaLabException"/>.
    /// </remarks>
    public static IServiceCollection AddBusTraffic(this IServiceCollection services)
    {
        services.AddSingleton(provider => new BusTraffic(provider));
        services.AddBusObserver(Traffic);
        services.AddReceiveObserver(Traffic);
        services.AddSendObserver(Traffic);
        services.AddPublishObserver(Traffic);
        return services;

        static BusTraffic Traffic(IServiceProvider provider) => provider.GetRequiredService<BusTraffic>();
    }
}
