using MassTransit;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.Platform;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Security;

namespace RideBooking.Billing;

/// <summary>The module of prices: tariffs, quotes, fares, cancellation fees and receipts.</summary>
public sealed class BillingModule : IModule
{
    /// <inheritdoc />
    public string Name => "billing";

    /// <inheritdoc />
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(QuoteOptions.Read(configuration));
        services.AddSingleton(TariffBook.Read(configuration));
        services.AddSingleton(SurgeOptions.Read(configuration));
        services.TryAddSingleton(provider => new QuoteTokens(
            provider.GetRequiredService<ApplicationSecret>().KeyFor("quotes")
        ));
        services.AddScoped<ICancellationFees, PriceCancellation>();
        services.AddSingleton<ITripPolicy, TripPolicy>();
        services.AddScoped<ITollRules, TollRules>();
        services.AddSingleton<ITariffLocale, TariffLocale>();
        services.AddSingleton<IRouteEstimator, DirectRoute>();
        services.AddScoped<IChangeQuotes, QuoteChange>();
        services.AddSingleton<SurgeGrid>();
        services.AddSingleton<LearnSurge>();
        services.AddHostedService(provider => provider.GetRequiredService<LearnSurge>());
        services.AddSingleton<PickupEtas>();
        services.AddSingleton<IPickupEstimates>(provider => provider.GetRequiredService<PickupEtas>());
        services.AddSingleton<LearnPickupEtas>();
        services.AddHostedService(provider => provider.GetRequiredService<LearnPickupEtas>());
    }

    /// <inheritdoc />
    public void AddConsumers(IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<ComputeFare>();
        bus.AddConsumer<AssessCancellationFee>();
        bus.AddConsumer<IssueReceipt>();
        bus.AddConsumer<RecordWriteOff>();
        bus.AddConsumer<RecordRefund>();
    }

    /// <inheritdoc />
    public void MapEndpoints(IEndpointRouteBuilder routes)
    {
        QuoteRide.Map(routes.MapRiders());
        GetReceipt.Map(routes.MapCallers("Riders", Role.Rider, Role.Operator));
    }
}
