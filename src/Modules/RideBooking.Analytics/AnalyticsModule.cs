using MassTransit;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform;

namespace RideBooking.Analytics;

/// <summary>Projections of what happened: demand, acceptance, revenue.</summary>
public sealed class AnalyticsModule : IModule
{
    /// <inheritdoc />
    public string Name => "analytics";

    /// <inheritdoc />
    public void AddServices(IServiceCollection services, IConfiguration configuration) { }

    /// <inheritdoc />
    public void AddConsumers(IBusRegistrationConfigurator bus) { }

    /// <inheritdoc />
    public void MapEndpoints(IEndpointRouteBuilder routes) { }
}
