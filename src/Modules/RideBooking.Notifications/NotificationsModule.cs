using MassTransit;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform;
using RideBooking.Platform.Events.Subscriptions;
using RideBooking.Platform.Http.OpenApi;

namespace RideBooking.Notifications;

/// <summary>The module that notifies riders and drivers.</summary>
public sealed class NotificationsModule : IModule
{
    /// <inheritdoc />
    public string Name => "notifications";

    /// <inheritdoc />
    public void AddServices(IServiceCollection services, IConfiguration configuration) =>
        services.AddProjection<RecordNotifications>();

    /// <inheritdoc />
    public void AddConsumers(IBusRegistrationConfigurator bus) { }

    /// <inheritdoc />
    public void MapEndpoints(IEndpointRouteBuilder routes)
    {
        ListNotifications.MapForRiders(routes.MapRiders());
        ListNotifications.MapForDrivers(routes.MapDrivers());
    }
}
