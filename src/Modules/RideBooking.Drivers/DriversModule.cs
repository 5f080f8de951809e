using MassTransit;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform;

namespace RideBooking.Drivers;

/// <summary>Driver profile, shift, location, availability and earnings.</summary>
public sealed class DriversModule : IModule
{
    /// <inheritdoc />
    public string Name => "drivers";

    /// <inheritdoc />
    public void AddServices(IServiceCollection services, IConfiguration configuration) { }

    /// <inheritdoc />
    public void AddConsumers(IBusRegistrationConfigurator bus) { }

    /// <inheritdoc />
    public void MapEndpoints(IEndpointRouteBuilder routes) { }
}
