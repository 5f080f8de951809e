using MassTransit;
using MassTransit.Scheduling;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Contracts.Seams;
using RideBooking.Platform;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Recovery;
using RideBooking.Positions;

namespace RideBooking.Matching;

/// <summary>The module that finds a driver for a ride: candidates, offers, expiry.</summary>
public sealed class MatchingModule : IModule
{
    // An answer cancels the timer of its offer, and knows only the offer.
    static MatchingModule() => ScheduleTokenId.UseTokenId<OfferTimeout>(timer => timer.OfferId);

    /// <inheritdoc />
    public string Name => "matching";

    /// <inheritdoc />
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(MatchingOptions.Read(configuration));
        services.AddScoped<NearbyDrivers>();
        services.AddScoped<ExclusiveOffers>();
        services.AddSingleton<FollowOffers>();
        services.AddSingleton<Batches>();
        services.AddSingleton<DeleteOldTraces>();
        services.AddHostedService(provider => provider.GetRequiredService<DeleteOldTraces>());
        services.AddScoped<IDriverReservations, DriverReservations>();
        services.AddScoped<IRecoverableWork, ResumeSearches>();
    }

    /// <inheritdoc />
    public void AddConsumers(IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<AddCandidate>();
        bus.AddConsumer<RemoveCandidate>();
        bus.AddConsumer<SearchForDriver>();
        bus.AddConsumer<StartBookedSearch>();
        bus.AddConsumer<FindDriver>();
        bus.AddConsumer<OfferWaitingRide>();
        bus.AddConsumer<ExpireOffer>();
        bus.AddConsumer<SearchAgain>();
        bus.AddConsumer<EndSearch>();
        bus.AddConsumer<FollowDestination>();
        bus.AddConsumer<MatchBatch>();
        bus.AddConsumer<OfferMatchedRide>();
        bus.AddConsumer<RedactSearches>();
    }

    /// <inheritdoc />
    public void MapSharedTables(ModelBuilder model) => model.MapDriverPositions();

    /// <inheritdoc />
    public void MapEndpoints(IEndpointRouteBuilder routes)
    {
        var drivers = routes.MapDrivers();
        AcceptOffer.Map(drivers);
        DeclineOffer.Map(drivers);
        ListOffers.Map(drivers);
        FollowOffers.Map(drivers);
        var operators = routes.MapOperators();
        ListDriversOnDuty.Map(operators);
        GetMatchTrace.Map(operators);
    }
}
