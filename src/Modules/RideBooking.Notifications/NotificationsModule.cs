using MassTransit;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Notifications.Contacts;
using RideBooking.Notifications.Deliveries;
using RideBooking.Notifications.Email;
using RideBooking.Notifications.Webhooks;
using RideBooking.Platform;
using RideBooking.Platform.Events.Subscriptions;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Observability;

namespace RideBooking.Notifications;

/// <summary>The module that notifies riders and drivers, in their apps and by e-mail, and partners by webhooks.</summary>
public sealed class NotificationsModule : IModule
{
    /// <inheritdoc />
    public string Name => "notifications";

    /// <inheritdoc />
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddProjection<RecordNotifications>();
        services.AddSingleton(EmailOptions.Read(configuration));
        services.AddSingleton(WebhookOptions.Read(configuration));
        services.AddSingleton(DeliveryOptions.Read(configuration));
        services.AddSingleton<PartnerSecret>();
        services.AddSingleton<DeliverySignal>();
        services.AddSingleton<IDeliveryChannel, EmailChannel>();
        services.AddSingleton<IDeliveryChannel, WebhookChannel>();
        services.AddGauges<FailedDeliveries>();
        services.AddHostedService<CreateDeliveries>();
        services.AddHostedService<SendDeliveries>();
    }

    /// <inheritdoc />
    public void AddConsumers(IBusRegistrationConfigurator bus) => bus.AddConsumer<DeleteContact>();

    /// <inheritdoc />
    public void MapEndpoints(IEndpointRouteBuilder routes)
    {
        var riders = routes.MapRiders();
        ListNotifications.MapForRiders(riders);
        GetContact.Map(riders);
        SaveContact.Map(riders);
        ListNotifications.MapForDrivers(routes.MapDrivers());
        var operators = routes.MapOperators();
        ListNotifications.MapForOperators(operators);
        CreatePartner.Map(operators);
        ListPartners.Map(operators);
        DisablePartner.Map(operators);
        ListDeliveries.Map(operators);
        RedriveDelivery.Map(operators);
    }
}
