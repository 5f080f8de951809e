using MassTransit.Configuration;
using MassTransit.QuartzIntegration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MassTransit;

/// <summary>Runs MassTransit's message scheduler on the container's Quartz scheduler.</summary>
public static class QuartzRegistrationExtensions
{
    /// <summary>
    /// Adds the consumers that schedule, cancel, pause and resume messages with the Quartz scheduler registered by
    /// <c>AddQuartz</c>, and starts and stops that scheduler with the bus.
    /// </summary>
    /// <param name="configurator">The bus registration.</param>
    /// <param name="configure">Configures the endpoint's name and limits.</param>
    public static void AddQuartzConsumers(
        this IBusRegistrationConfigurator configurator,
        Action<QuartzEndpointOptions>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(configurator);

        var options = configurator.AddOptions<QuartzEndpointOptions>();
        if (configure is not null)
            options.Configure(configure);

        UseAdjustableClock(configurator);

        configurator.AddBusObserver<QuartzBusObserver>();
        configurator.TryAddSingleton<QuartzEndpointDefinition>();

        configurator.AddConsumer<ScheduleMessageConsumer, ScheduleMessageConsumerDefinition>();
        configurator.AddConsumer<CancelScheduledMessageConsumer, CancelScheduledMessageConsumerDefinition>();
        configurator.AddConsumer<PauseScheduledMessageConsumer, PauseScheduledMessageConsumerDefinition>();
        configurator.AddConsumer<ResumeScheduledMessageConsumer, ResumeScheduledMessageConsumerDefinition>();
    }

    /// <summary>Configures the scheduler's consumers on the caller's own receive endpoint.</summary>
    /// <param name="configurator">The receive endpoint.</param>
    /// <param name="context">The bus registration's context.</param>
    public static void ConfigureQuartzConsumers(
        this IReceiveEndpointConfigurator configurator,
        IBusRegistrationContext context
    )
    {
        configurator.ConfigureConsumer<ScheduleMessageConsumer>(context);
        configurator.ConfigureConsumer<CancelScheduledMessageConsumer>(context);
        configurator.ConfigureConsumer<PauseScheduledMessageConsumer>(context);
        configurator.ConfigureConsumer<ResumeScheduledMessageConsumer>(context);
    }

    /// <summary>
    /// Replaces the system's clock in the container with one that <see cref="QuartzTimeAdjustment"/> can move.
    /// </summary>
    /// <remarks>
    /// Quartz reads the container's clock. A clock that the application has registered itself (a test's) stays.
    /// </remarks>
    static void UseAdjustableClock(IServiceCollection services)
    {
        var clock = services.LastOrDefault(service =>
            !service.IsKeyedService && service.ServiceType == typeof(TimeProvider)
        );
        if (clock is null || ReferenceEquals(clock.ImplementationInstance, TimeProvider.System))
            services.Replace(ServiceDescriptor.Singleton<TimeProvider>(new AdjustableTimeProvider()));
    }
}
