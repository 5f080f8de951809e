using MassTransit;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform;
using RideBooking.Schemas.AsyncApi;
using RideBooking.Schemas.Registry;

namespace RideBooking.Schemas;

/// <summary>The module of the schemas: serves the registry and the AsyncAPI document.</summary>
/// <remarks>It has no tables and no consumers: the schemas are part of the program.</remarks>
public sealed class SchemasModule : IModule
{
    /// <inheritdoc />
    public string Name => "schemas";

    /// <inheritdoc />
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(SchemaRegistry.OfThisBuild);
        services.AddSingleton<AsyncApiDocument>();
    }

    /// <inheritdoc />
    public void AddConsumers(IBusRegistrationConfigurator bus) { }

    /// <inheritdoc />
    public void MapEndpoints(IEndpointRouteBuilder routes)
    {
        RegistryEndpoints.Map(routes);
        GetAsyncApi.Map(routes);
    }
}
