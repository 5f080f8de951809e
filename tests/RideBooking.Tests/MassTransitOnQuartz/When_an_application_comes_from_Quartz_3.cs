using System.Collections.Specialized;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Quartz;
using Quartz.Impl.Calendar;

namespace RideBooking.Tests.MassTransitOnQuartz;

/// <summary>Compiles the right-hand column of the table in docs/masstransit-packages.md.</summary>
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
        (await QuartzSchedulerBuilder.Create(q => { }).Build().GetScheduler(Stop)).ShouldNotBeNull();
        typeof(Quartz.Extensibility.IJobFactory).ShouldNotBeNull();
        await new Job().Execute(null!, Stop);
    }

    [Fact]
    public async Task Its_configuration_section_is_read()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                new Dictionary<string, string?>
                {
                    ["Quartz:quartz.scheduler.instanceName"] = "name",
                    ["Quartz:quartz.threadPool.maxConcurrency"] = "3",
                }
            )
            .Build();
        var services = new ServiceCollection().AddLogging();
        services.AddQuartz(configuration.GetSection("Quartz"), q => { });

        await using var provider = services.BuildServiceProvider();
        var scheduler = await provider.GetRequiredService<ISchedulerFactory>().GetScheduler(Stop);

        scheduler.SchedulerName.ShouldBe("name");
        (await scheduler.GetMetadata(Stop)).ThreadPoolSize.ShouldBe(3);
    }

    [Fact]
    public async Task The_names_for_jobs_triggers_and_clocks_compile_and_work()
    {
        var timeProvider = TimeProvider.System;
        var services = new ServiceCollection().AddLogging();
        services.Configure<QuartzOptions>(options =>
        {
            options.Properties["quartz.scheduler.instanceName"] = "name";
            options.Scheduling.OverwriteExistingData = true;
        });
        services.AddQuartz(q =>
        {
            q.UseTimeProvider(timeProvider);
            q.AddCalendar<HolidayCalendar>(
                "holidays",
                AddCalendarOptions.ReplacingAndUpdatingTriggers,
                calendar => { }
            );
            q.AddJob<Job>(job => job.WithIdentity("job").StoreDurably());
            q.AddTrigger(trigger =>
                trigger
                    .ForJob("job")
                    .WithSimpleSchedule(schedule => schedule.WithInterval(TimeSpan.FromSeconds(5)).RepeatForever())
            );
            q.AddJobListener<Listener>();
        });
        await using var provider = services.BuildServiceProvider();
        var task = provider.GetRequiredService<ISchedulerFactory>().GetScheduler(Stop).AsTask();

        (await task).SchedulerName.ShouldBe("name");
        (await (await task).GetTriggerKeys(GroupMatcher<TriggerKey>.AnyGroup(), Stop)).ShouldNotBeNull();
    }

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    sealed class Listener : IJobListener
    {
        public string Name => "listener";
    }

    sealed class Job : IJob
    {
        public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken) =>
            ValueTask.CompletedTask;
    }
}
