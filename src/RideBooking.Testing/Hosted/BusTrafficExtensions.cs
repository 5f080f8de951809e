using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace RideBooking.Testing;

/// <summary>Adds the lab to an application whose bus runs.</summary>
public static class BusTrafficExtensions
{
    /// <summary>
    /// Counts what is on its way on the container's bus, from its start. Resolve <see cref="BusTraffic"/> to settle it. Of the
    /// in-memory transport only: another one ends the bus's start with a <see cref="SagaLabException"/>.
    /// </summary>
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
