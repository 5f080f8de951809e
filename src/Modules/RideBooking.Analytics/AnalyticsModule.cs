using MassTransit;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform;
using RideBooking.Platform.Http.OpenApi;

namespace RideBooking.Analytics;

/// <summary>The module of operational metrics: demand, acceptance, rides by status, revenue.</summary>
public sealed class AnalyticsModule : IModule
{
    /// <inheritdoc />
    public string Name => "analytics";

    /// <inheritdoc />
    public void AddServices(IServiceCollection services, IConfiguration configuration) { }

    /// <inheritdoc />
    public void AddConsumers(IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<RecordRideFacts>();
        bus.AddConsumer<RecordOfferFacts>();
    }

    /// <inheritdoc />
    public void MapEndpoints(IEndpointRouteBuilder routes) => Summary.Map(routes.MapOperators());
}
