using Quartz;

namespace MassTransit.QuartzIntegration;

/// <summary>Schedulers that keep their triggers in memory, each with a name and a clock of its own.</summary>
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
