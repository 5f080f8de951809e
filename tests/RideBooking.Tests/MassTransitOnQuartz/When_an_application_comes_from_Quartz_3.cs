using System.Collections.Specialized;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Quartz;

namespace RideBooking.Tests.MassTransitOnQuartz;

/// <summary>The right-hand sides of the table in docs/masstransit-packages.md, as they stand there.</summary>
public sealed class When_an_application_comes_from_Quartz_3
{
    [Fact]
    public async Task The_names_of_Quartz_4_compile_and_configure_a_scheduler()
    {
        var (window, threshold, interval) = (
            TimeSpan.FromSeconds(1),
            TimeSpan.FromMinutes(1),
            TimeSpan.FromSeconds(20)
        );
        var properties = new NameValueCollection();
        var services = new ServiceCollection().AddLogging();
        services.AddQuartz(
            properties,
            q =>
            {
                q.ConfigureScheduler(scheduler => scheduler.InstanceName = "name");
                q.ConfigureScheduler(scheduler => scheduler.GenerateInstanceId = true);
                q.ConfigureScheduler(scheduler => scheduler.MaxBatchSize = 10);
                q.ConfigureScheduler(scheduler => scheduler.BatchTriggerAcquisitionFireAheadTimeWindow = window);
                q.ConfigureScheduler(scheduler =>
                    scheduler.ShutdownJobInterruption = ShutdownJobInterruption.WhenNotWaitingForJobs
                );
                q.ConfigureScheduler(scheduler =>
                    scheduler.ShutdownJobInterruption = ShutdownJobInterruption.WhenWaitingForJobs
                );
                q.UseDefaultThreadPool(pool => pool.MaxConcurrency = 10);
                q.UseMicrosoftDependencyInjectionJobFactory();
                q.UseInMemoryStore();
            }
        );
        services.AddQuartzHostedService(options => options.WaitForJobsToComplete = true);
        await using var provider = services.BuildServiceProvider();
        var scheduler = await provider
            .GetRequiredService<ISchedulerFactory>()
            .GetScheduler(TestContext.Current.CancellationToken);
        scheduler.SchedulerName.ShouldBe("name");

        var persistent = new ServiceCollection();
        persistent.AddQuartz(q =>
        {
            q.ConfigureScheduler(scheduler => scheduler.InstanceId = "node");
            q.UsePersistentStore(store => store.ConfigureStore(options => options.MisfireThreshold = threshold));
            q.UsePersistentStore(store =>
            {
                store.ConfigureStore(options => options.StoreJobDataAsStrings = true);
                store.ConfigureStore(options => options.DbRetryInterval = interval);
                store.ConfigureStore(options => options.TablePrefix = "qrtz_");
                store.UsePostgres("connection");
                store.UseSystemTextJsonSerializer();
                store.UseClustering(cluster => cluster.CheckinInterval = interval);
                store.UseClustering(cluster => cluster.CheckinMisfireThreshold = threshold);
            });
        });
        new ServiceCollection().AddQuartz(q => q.UsePersistentStore(store => store.UseSqlServer("connection")));
        new ServiceCollection().AddQuartz(q => q.UsePersistentStore(store => store.UseSqlite("connection")));
        new ServiceCollection().AddQuartz(q =>
            q.UsePersistentScheduler(QuartzDatabase.Postgres, "connection", options => { })
        );
        QuartzSchedulerBuilder.Create(_ => { }).UseProperties(properties).Build().ShouldNotBeNull();
        typeof(Quartz.Extensibility.IJobFactory).ShouldNotBeNull();
        await new Job().Execute(null!, TestContext.Current.CancellationToken);
    }

    sealed class Job : IJob
    {
        public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken) =>
            ValueTask.CompletedTask;
    }
}
