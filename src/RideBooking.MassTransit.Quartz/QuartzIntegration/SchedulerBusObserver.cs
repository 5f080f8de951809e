using Quartz;

namespace MassTransit.QuartzIntegration;

/// <summary>Starts and stops a scheduler that belongs to one bus, as <c>UseInMemoryScheduler</c> configures it.</summary>
public class SchedulerBusObserver : IBusObserver
{
    static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);

    readonly SchedulerLifetime _lifetime;
    readonly bool _start;
    readonly TaskCompletionSource<IScheduler> _scheduler = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Creates the observer for the options' scheduler.</summary>
    public SchedulerBusObserver(QuartzSchedulerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _lifetime = new SchedulerLifetime(options.SchedulerFactory);
        _start = options.StartScheduler;
    }

    /// <summary>The scheduler, available once the bus is starting.</summary>
    public Task<IScheduler> Scheduler => _scheduler.Task;

    /// <inheritdoc />
    public void PostCreate(IBus bus) { }

    /// <inheritdoc />
    public void CreateFaulted(Exception exception) => _scheduler.TrySetException(exception);

    /// <inheritdoc />
    public async Task PreStart(IBus bus)
    {
        try
        {
            await _lifetime.Prepare(bus).ConfigureAwait(false);
            _scheduler.TrySetResult(_lifetime.Scheduler);
        }
        catch (Exception exception)
        {
            _scheduler.TrySetException(exception);
            throw;
        }
    }

    /// <inheritdoc />
    public Task PostStart(IBus bus, Task<BusReady> busReady) =>
        _start ? _lifetime.Start(busReady, delay: null) : Task.CompletedTask;

    /// <inheritdoc />
    public Task StartFaulted(IBus bus, Exception exception) => _lifetime.Stop(waitForJobs: false);

    /// <inheritdoc />
    public Task PreStop(IBus bus) => _lifetime.Pause(StopTimeout);

    /// <inheritdoc />
    public Task PostStop(IBus bus) => _lifetime.Stop(waitForJobs: false);

    /// <inheritdoc />
    public Task StopFaulted(IBus bus, Exception exception) => _lifetime.Stop(waitForJobs: false);
}
