using MassTransit;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace RideBooking.Platform;

/// <summary>A business module: the one public type of its assembly.</summary>
/// <remarks>
/// Its tables are the <c>IEntityTypeConfiguration</c>s of the assembly, in a schema (on SQLite: with a table prefix) with the
/// module's name.
/// </remarks>
public interface IModule
{
    /// <summary>
    /// The module's name in lower case; also the name of the schema and the <c>source</c> of the module's events.
    /// </summary>
    string Name { get; }

    /// <summary>The path of the module's page for people, whose address the host shows when it starts; most have none.</summary>
    string? StartPage => null;

    /// <summary>Registers the module's services and options.</summary>
    void AddServices(IServiceCollection services, IConfiguration configuration);

    /// <summary>Registers the module's consumers and state machines.</summary>
    void AddConsumers(IBusRegistrationConfigurator bus);

    /// <summary>Maps the tables that the module shares with others; most share none.</summary>
    void MapSharedTables(ModelBuilder model) { }

    /// <summary>Maps the module's part of the REST API.</summary>
    void MapEndpoints(IEndpointRouteBuilder routes);
}
