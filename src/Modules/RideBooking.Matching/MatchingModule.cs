using MassTransit;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform;

namespace RideBooking.Matching;

/// <summary>Finds a driver for a ride: candidates, offers, expiry.</summary>
public sealed class MatchingModule : IModule
{
    /// <inheritdoc />
    public string Name => "matching";

    /// <inheritdoc />
    public void AddServices(IServiceCollection services, IConfiguration configuration) { }

    /// <inheritdoc />
    public void AddConsumers(IBusRegistrationConfigurator bus) { }

    /// <inheritdoc />
    public void MapEndpoints(IEndpointRouteBuilder routes) { }
}
