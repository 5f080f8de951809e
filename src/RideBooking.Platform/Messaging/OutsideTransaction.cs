using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace RideBooking.Platform.Messaging;

/// <summary>
/// Registers consumers that call the outside world and therefore must not hold a database transaction meanwhile.
/// </summary>
public static class OutsideTransaction
{
    /// <summary>Adds a consumer whose endpoint has retry and redelivery but neither inbox nor outbox.</summary>
    /// <remarks>Such a consumer may run twice for one message: it must be idempotent by a business key.</remarks>
    public static void AddConsumerOutsideTransaction<TConsumer>(this IBusRegistrationConfigurator bus)
        where TConsumer : class, IConsumer
    {
        bus.AddConsumer<TConsumer>();
        bus.AddSingleton(new Registration(names => names.Consumer<TConsumer>()));
    }

    internal static bool IsOutsideTransaction(this IRegistrationContext context, string endpointName)
    {
        var names = context.GetRequiredService<IEndpointNameFormatter>();
        return context
            .GetServices<Registration>()
            .Any(registration => registration.EndpointName(names) == endpointName);
    }

    sealed record Registration(Func<IEndpointNameFormatter, string> EndpointName);
}
