using MassTransit;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Messaging;

namespace RideBooking.Notifications;

/// <summary>The module that notifies riders and drivers.</summary>
public sealed class NotificationsModule : IModule
{
    /// <inheritdoc />
    public string Name => "notifications";

    /// <inheritdoc />
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddScoped<NotificationSender>();
        services.AddScoped<INotificationChannel, InAppChannel>();
        services.AddScoped<INotificationChannel, LogChannel>();
    }

    /// <inheritdoc />
    public void AddConsumers(IBusRegistrationConfigurator bus)
    {
        // Under load, rides take precedence over notifications about them.
        var policy = new EndpointPolicy
        {
            Prefetch = 8,
            ConcurrentMessages = 4,
            MayLag = true,
        };
        bus.AddConsumer<NotifyRider>(policy);
        bus.AddConsumer<NotifyDriver>(policy);
    }

    /// <inheritdoc />
    public void MapEndpoints(IEndpointRouteBuilder routes)
    {
        ListNotifications.MapForRiders(routes.MapRiders());
        ListNotifications.MapForDrivers(routes.MapDrivers());
    }
}
