using Quartz;

namespace MassTransit.QuartzIntegration;

/// <summary>Creates schedulers that keep their triggers in memory, each with its own name and clock.</summary>
static class InMemoryScheduler
{
    public static ISchedulerFactory Create() =>
        QuartzSchedulerBuilder
            .Create(quartz =>
                quartz
                    .ConfigureScheduler(options => options.InstanceName = $"MassTransit-{NewId.NextGuid():N}")
                    .UseDefaultThreadPool(Math.Max(4, Environment.ProcessorCount))
                    .UseInMemoryStore()
                    .UseTimeProvider(new AdjustableTimeProvider())
            )
            .Build();
}
