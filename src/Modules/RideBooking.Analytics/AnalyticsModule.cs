using MassTransit;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Messaging;

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
        // Metrics must not take database capacity from the rides they count. One by one, in order.
        var policy = new EndpointPolicy
        {
            Prefetch = 2,
            ConcurrentMessages = 1,
            MayLag = true,
        };
        bus.AddConsumer<RecordRideFacts>(policy);
        bus.AddConsumer<RecordOfferFacts>(policy);
    }

    /// <inheritdoc />
    public void MapEndpoints(IEndpointRouteBuilder routes) => ShowSummary.Map(routes.MapOperators());
}
