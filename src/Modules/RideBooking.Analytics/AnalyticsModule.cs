using MassTransit;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform;
using RideBooking.Platform.Events.Subscriptions;
using RideBooking.Platform.Http.OpenApi;

namespace RideBooking.Analytics;

/// <summary>The module of operational metrics: demand, acceptance, rides by status, revenue, utilisation.</summary>
public sealed class AnalyticsModule : IModule
{
    /// <inheritdoc />
    public string Name => "analytics";

    /// <inheritdoc />
    public void AddServices(IServiceCollection services, IConfiguration configuration) =>
        services.AddProjection<RecordRideFacts>().AddProjection<RecordOfferFacts>().AddProjection<RecordShiftFacts>();

    /// <inheritdoc />
    public void AddConsumers(IBusRegistrationConfigurator bus) { }

    /// <inheritdoc />
    public void MapEndpoints(IEndpointRouteBuilder routes)
    {
        var operators = routes.MapOperators();
        GetSummary.Map(operators);
        GetBreakdown.Map(operators);
    }
}
