using System.Runtime.CompilerServices;
using MassTransit.QuartzIntegration;
using MassTransit.Scheduling;
using Microsoft.Extensions.DependencyInjection;
using Quartz;

namespace MassTransit;

/// <summary>Configures a bus with a Quartz scheduler, without a container.</summary>
public static class QuartzIntegrationExtensions
{
    /// <summary>Uses the container's scheduler where there is one; otherwise the bus's own in-memory scheduler.</summary>
    /// <returns>The address that receives schedule messages.</returns>
    [Obsolete("Use AddQuartz and AddQuartzConsumers")]
    public static Uri UseInMemoryScheduler(
        this IBusFactoryConfigurator configurator,
        IBusRegistrationContext context,
        string queueName = "quartz"
    ) =>
        configurator.UseInMemoryScheduler(
            context.GetService<ISchedulerFactory>() ?? InMemoryScheduler.Create(),
            queueName
        );

    /// <summary>Uses a scheduler that keeps its triggers in memory.</summary>
    /// <returns>The address that receives schedule messages.</returns>
    public static Uri UseInMemoryScheduler(this IBusFactoryConfigurator configurator, string queueName = "quartz") =>
        configurator.UseInMemoryScheduler(InMemoryScheduler.Create(), queueName);

    /// <summary>Uses a scheduler that keeps its triggers in memory, and returns its factory to the caller.</summary>
    /// <remarks>A call with <c>out var</c> resolves to this overload.</remarks>
    /// <returns>The address that receives schedule messages.</returns>
    [OverloadResolutionPriority(1)]
    public static Uri UseInMemoryScheduler(
        this IBusFactoryConfigurator configurator,
        out ISchedulerFactory schedulerFactory,
        string queueName = "quartz"
    )
    {
        schedulerFactory = InMemoryScheduler.Create();
        return configurator.UseInMemoryScheduler(schedulerFactory, queueName);
    }

    /// <summary>Uses a scheduler that keeps its triggers in memory, and returns that scheduler to the caller.</summary>
    /// <param name="configurator">The bus.</param>
    /// <param name="scheduler">The scheduler, available once the bus is starting.</param>
    /// <param name="queueName">The queue that receives schedule messages.</param>
    /// <returns>The address that receives schedule messages.</returns>
    public static Uri UseInMemoryScheduler(
        this IBusFactoryConfigurator configurator,
        out Task<IScheduler> scheduler,
        string queueName = "quartz"
    ) => configurator.UseInMemoryScheduler(InMemoryScheduler.Create(), out scheduler, queueName);

    /// <summary>Uses the factory's scheduler.</summary>
    /// <returns>The address that receives schedule messages.</returns>
    public static Uri UseInMemoryScheduler(
        this IBusFactoryConfigurator configurator,
        ISchedulerFactory schedulerFactory,
        string queueName = "quartz"
    ) => configurator.UseInMemoryScheduler(schedulerFactory, out _, queueName);

    /// <summary>Uses the factory's scheduler, and returns that scheduler to the caller.</summary>
    /// <param name="configurator">The bus.</param>
    /// <param name="schedulerFactory">Creates the scheduler when the bus starts.</param>
    /// <param name="scheduler">The scheduler, available once the bus is starting.</param>
    /// <param name="queueName">The queue that receives schedule messages.</param>
    /// <returns>The address that receives schedule messages.</returns>
    public static Uri UseInMemoryScheduler(
        this IBusFactoryConfigurator configurator,
        ISchedulerFactory schedulerFactory,
        out Task<IScheduler> scheduler,
        string queueName = "quartz"
    ) =>
        Configure(
            configurator,
            new QuartzSchedulerOptions { SchedulerFactory = schedulerFactory, QueueName = queueName },
            out scheduler
        );

    /// <summary>Uses a scheduler that the caller configures.</summary>
    /// <returns>The address that receives schedule messages.</returns>
    public static Uri UseInMemoryScheduler(
        this IBusFactoryConfigurator configurator,
        Action<QuartzSchedulerOptions>? configure
    )
    {
        var options = new QuartzSchedulerOptions();
        configure?.Invoke(options);
        return Configure(configurator, options, out _);
    }

    static Uri Configure(
        IBusFactoryConfigurator configurator,
        QuartzSchedulerOptions options,
        out Task<IScheduler> scheduler
    )
    {
        ArgumentNullException.ThrowIfNull(configurator);

        var observer = new SchedulerBusObserver(options);
        scheduler = observer.Scheduler;
        Uri? address = null;

        configurator.ReceiveEndpoint(
            options.QueueName,
            endpoint =>
            {
                // A token's schedule and cancel run in arrival order.
                var partitioner = configurator.CreatePartitioner(Environment.ProcessorCount);

                endpoint.Consumer(
                    () => new ScheduleMessageConsumer(options.SchedulerFactory),
                    consumer =>
                        consumer.Message<ScheduleMessage>(message =>
                            message.UsePartitioner(partitioner, schedule => schedule.Message.CorrelationId)
                        )
                );
                endpoint.Consumer(
                    () => new CancelScheduledMessageConsumer(options.SchedulerFactory),
                    consumer =>
                        consumer.Message<CancelScheduledMessage>(message =>
                            message.UsePartitioner(partitioner, cancel => cancel.Message.TokenId)
                        )
                );
                endpoint.Consumer(() => new PauseScheduledMessageConsumer(options.SchedulerFactory));
                endpoint.Consumer(() => new ResumeScheduledMessageConsumer(options.SchedulerFactory));

                address = endpoint.InputAddress;
            }
        );

        configurator.UseMessageScheduler(address!);
        configurator.ConnectBusObserver(observer);

        return address!;
    }
}
