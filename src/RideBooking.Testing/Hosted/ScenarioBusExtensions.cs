using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace RideBooking.Testing;

/// <summary>Adds the lab's scenarios to an application with a running bus.</summary>
public static class ScenarioBusExtensions
{
    /// <summary>Lets scenarios be played on the container's bus, with any transport.</summary>
    /// <remarks>
    /// Resolve the <see cref="ScenarioBus"/> when the bus has started, and pass it to <see cref="Scenario.SameOn"/>. The
    /// container's <see cref="TimeProvider"/> becomes a <see cref="LabTime"/>, so add it last. If the transport is in memory, add
    /// <see cref="BusTrafficExtensions.AddBusTraffic"/>, too: then a difference is found at once, without a wait.
    /// </remarks>
    public static IServiceCollection AddScenarioBus(
        this IServiceCollection services,
        Action<ScenarioBusSetup>? setup = null
    )
    {
        var it = new ScenarioBusSetup();
        setup?.Invoke(it);
        services.RemoveAll<TimeProvider>();
        services.AddSingleton(new LabTime());
        services.AddSingleton<TimeProvider>(provider => provider.GetRequiredService<LabTime>());
        services.AddSingleton<Hosted.WireTap>();
        services.AddSingleton(provider => new ScenarioBus(provider, it));
        services.AddSingleton<IConfigureReceiveEndpoint, Hosted.DueTimes>();
        services.AddReceiveObserver(Tap);
        services.AddSendObserver(Tap);
        services.AddPublishObserver(Tap);
        return services;

        static Hosted.WireTap Tap(IServiceProvider provider) => provider.GetRequiredService<Hosted.WireTap>();
    }
}
