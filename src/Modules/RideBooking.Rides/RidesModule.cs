using MassTransit;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Contracts.Seams;
using RideBooking.EventLog.Archives;
using RideBooking.Platform;
using RideBooking.Platform.Events;
using RideBooking.Platform.Events.Subscriptions;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Observability;
using RideBooking.Platform.Persistence;
using RideBooking.Platform.Recovery;
using RideBooking.Positions;

namespace RideBooking.Rides;

/// <summary>The module of rides: their state machine and their part of the API.</summary>
public sealed class RidesModule : IModule
{
    /// <inheritdoc />
    public string Name => "rides";

    /// <inheritdoc />
    public void AddServices(IServiceCollection services, IConfiguration configuration) =>
        services
            .AddSingleton(RideTimes.Read(configuration))
            .AddSingleton(Plausibility.Read(configuration))
            .AddSingleton(RideLimits.Read(configuration))
            .AddSingleton(Bookings.Read(configuration))
            .AddSingleton(RideRules.Read(configuration))
            .AddSingleton(StuckRides.Read(configuration))
            .AddSingleton<StartPins>()
            .AddSingleton<FollowRide>()
            .AddSingleton<DriverLocations>()
            .AddHostedService(services => services.GetRequiredService<DriverLocations>())
            .AddSingleton<WatchRides>()
            .AddSingleton<IRecoverableWork>(provider => provider.GetRequiredService<WatchRides>())
            .AddHostedService(provider => provider.GetRequiredService<WatchRides>())
            .AddScoped<IRidesOfRider, RidesOfRider>()
            .AddScoped<IRideStatuses, StatusesOfRides>()
            .AddScoped<RideCommands>()
            .AddScoped<IRecoverableWork, ResumeSearchDeadlines>()
            .AddScoped<IRecoverableWork, ResumeSearchStarts>()
            .AddScoped<IAuditedState, AuditRides>()
            .AddScoped<IFinishedStreams, FinishedRides>()
            .AddScoped<IRiderObligations, RiderObligations>()
            .AddProjection<RecordRiderRatings>()
            .AddGauges<RidesUnderWay>()
            .AddGauges<RidesThatEnded>();

    /// <inheritdoc />
    public void AddConsumers(IBusRegistrationConfigurator bus)
    {
        bus.AddSagaStateMachine<RideStateMachine, Ride>()
            .EntityFrameworkRepository(rides =>
            {
                rides.ConcurrencyMode = ConcurrencyMode.Optimistic;
                rides.ExistingDbContext<AppDbContext>();
            });
        bus.AddSagaCommands<Ride>();
        bus.AddConsumer<RedactRides>();
    }

    /// <inheritdoc />
    public void MapSharedTables(ModelBuilder model) => model.MapDriverPositions();

    /// <inheritdoc />
    public void MapEndpoints(IEndpointRouteBuilder routes)
    {
        var riders = routes.MapRiders();
        RequestRideEndpoint.Map(riders);
        ListRides.MapForRiders(riders);
        CancelRideEndpoint.Map(riders);
        QuoteDestination.Map(riders);
        ChangeDestinationEndpoint.Map(riders);
        EndRideEndpoint.Map(riders);
        PreviewCancellation.Map(riders);
        GetRiderRating.Map(riders);

        var drivers = routes.MapDrivers();
        ListRides.MapForDrivers(drivers);
        ArriveAtPickupEndpoint.Map(drivers);
        StartRideEndpoint.Map(drivers);
        CompleteRideEndpoint.Map(drivers);
        ReleaseRideEndpoint.Map(drivers);
        ReportNoShowEndpoint.Map(drivers);

        var operators = routes.MapOperators();
        ListAllRides.Map(operators);
        CompareRide.Map(operators);
        ForceCompleteEndpoint.Map(operators);
        ForceCancelEndpoint.Map(operators);
        ReassignRideEndpoint.Map(operators);

        RateRideEndpoint.Map(routes.MapCallers("Rides", Role.Rider, Role.Driver));

        var callers = routes.MapCallers("Rides", Role.Rider, Role.Driver, Role.Operator);
        GetRide.Map(callers);
        FollowRide.Map(callers);
        GetRideHistory.Map(callers);
    }
}
