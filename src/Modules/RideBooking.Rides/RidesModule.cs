using MassTransit;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform;
using RideBooking.Platform.Persistence;

namespace RideBooking.Rides;

/// <summary>The ride: its state machine and the rides part of the API.</summary>
public sealed class RidesModule : IModule
{
    /// <inheritdoc />
    public string Name => "rides";

    /// <inheritdoc />
    public void AddServices(IServiceCollection services, IConfiguration configuration) =>
        services.AddSingleton(RideTimes.Read(configuration));

    /// <inheritdoc />
    public void AddConsumers(IBusRegistrationConfigurator bus) =>
        bus.AddSagaStateMachine<RideStateMachine, Ride>()
            .EntityFrameworkRepository(rides =>
            {
                rides.ConcurrencyMode = ConcurrencyMode.Optimistic;
                rides.ExistingDbContext<AppDbContext>();
            });

    /// <inheritdoc />
    public void MapEndpoints(IEndpointRouteBuilder routes) { }
}
