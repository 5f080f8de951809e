using MassTransit;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform;
using RideBooking.Platform.Events.Subscriptions;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Positions;

namespace RideBooking.Drivers;

/// <summary>The module of drivers: profile, shift, location, availability and earnings.</summary>
public sealed class DriversModule : IModule
{
    /// <inheritdoc />
    public string Name => "drivers";

    /// <inheritdoc />
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(DriversOptions.Read(configuration));
        services.AddSingleton<RecordCommission>();
        services.AddHostedService(provider => provider.GetRequiredService<RecordCommission>());
        services.AddSingleton<EndSilentShifts>();
        services.AddHostedService(provider => provider.GetRequiredService<EndSilentShifts>());
        services.AddProjection<RecordEarnings>();
        services.AddProjection<RecordRatings>();
    }

    /// <inheritdoc />
    public void AddConsumers(IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<TrackAssignments>();
        bus.AddConsumer<EndIgnoredShift>();
        bus.AddConsumer<RedactAssignments>();
    }

    /// <inheritdoc />
    public void MapSharedTables(ModelBuilder model) => model.MapDriverPositions();

    /// <inheritdoc />
    public void MapEndpoints(IEndpointRouteBuilder routes)
    {
        var drivers = routes.MapDrivers();
        SaveProfile.Map(drivers);
        GetDriver.Map(drivers);
        GoOnline.Map(drivers);
        GoOffline.Map(drivers);
        ReportLocation.Map(drivers);
        GetEarnings.Map(drivers);
    }
}
