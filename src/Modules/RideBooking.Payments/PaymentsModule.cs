using MassTransit;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RideBooking.Contracts.Seams;
using RideBooking.Payments.Authorizations;
using RideBooking.Payments.Balance;
using RideBooking.Payments.Gateway;
using RideBooking.Payments.Methods;
using RideBooking.Payments.Refunds;
using RideBooking.Platform;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;
using RideBooking.Platform.Recovery;

namespace RideBooking.Payments;

/// <summary>The module of payments: the gateway, retries, payment methods and what riders owe.</summary>
public sealed class PaymentsModule : IModule
{
    /// <inheritdoc />
    public string Name => "payments";

    /// <inheritdoc />
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        var options = PaymentOptions.Read(configuration);
        services.AddSingleton(options);
        services.AddSingleton<ResumePayments>();
        services.AddHostedService(provider => provider.GetRequiredService<ResumePayments>());
        services.AddSingleton<IRecoverableWork>(provider => provider.GetRequiredService<ResumePayments>());
        services.AddSingleton(SandboxConditions.Read(configuration));
        if (options.Gateway == GatewayKind.Stripe)
            AddStripe(services, StripeOptions.Read(configuration), options);
        else
        {
            SandboxGateway.Check(options.DefaultToken);
            services.AddSingleton<IPaymentGateway, SandboxGateway>();
        }
        services.AddScoped<IPaymentMethods, RiderPaymentMethods>();
    }

    /// <inheritdoc />
    public void AddConsumers(IBusRegistrationConfigurator bus)
    {
        bus.AddSagaStateMachine<PaymentStateMachine, Payment>()
            .EntityFrameworkRepository(payments =>
            {
                payments.ConcurrencyMode = ConcurrencyMode.Optimistic;
                payments.ExistingDbContext<AppDbContext>();
            });
        bus.AddSagaCommands<Payment>();
        bus.AddConsumer<CallGateway>(new EndpointPolicy { IsOutsideTransaction = true });
        bus.AddConsumer<CallGatewayToAuthorize>(new EndpointPolicy { IsOutsideTransaction = true });
        bus.AddConsumer<CallGatewayToVoid>(new EndpointPolicy { IsOutsideTransaction = true });
        bus.AddConsumer<CallGatewayForRefund>(new EndpointPolicy { IsOutsideTransaction = true });
        bus.AddConsumer<DeletePaymentMethods>(new EndpointPolicy { IsOutsideTransaction = true });
    }

    /// <inheritdoc />
    public void MapEndpoints(IEndpointRouteBuilder routes)
    {
        if (routes.ServiceProvider.GetRequiredService<PaymentOptions>().Gateway == GatewayKind.Stripe)
            ReceiveStripeEvent.Map(routes.MapPublic("Webhooks"));
        var riders = routes.MapRiders();
        AddPaymentMethod.Map(riders);
        ListPaymentMethods.Map(riders);
        RemovePaymentMethod.Map(riders);
        ChangeDefaultMethod.Map(riders);
        GetBalance.Map(riders);
        PayBalance.Map(riders);
        var operators = routes.MapOperators();
        GetPayment.Map(operators);
        RetryPaymentEndpoint.Map(operators);
        WriteOffPaymentEndpoint.Map(operators);
        RefundPaymentEndpoint.Map(operators);
    }

    static void AddStripe(IServiceCollection services, StripeOptions stripe, PaymentOptions options)
    {
        StripeOptions.Check(options.DefaultToken);
        services.AddSingleton(stripe);
        services
            .AddHttpClient(StripeGateway.HttpClientName, client => client.Timeout = stripe.Timeout)
            // The gateway logs what matters, and never a header: the API key is in one.
            .RemoveAllLoggers();
        services.AddSingleton<IPaymentGateway, StripeGateway>();
    }
}
