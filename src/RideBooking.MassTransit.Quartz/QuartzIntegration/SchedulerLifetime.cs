using Quartz;

namespace MassTransit.QuartzIntegration;

/// <summary>Starts a scheduler once its bus can deliver, and stops it before the bus can no longer deliver.</summary>
sealed class SchedulerLifetime(ISchedulerFactory factory)
{
    IScheduler? _scheduler;
    ScheduledMessageDispatcher? _dispatcher;

    public IScheduler Scheduler =>
        _scheduler ?? throw new InvalidOperationException("The scheduler is created when the bus starts.");

    /// <summary>Creates the scheduler and its jobs, before the bus consumes schedule messages.</summary>
    public async Task Prepare(IBus bus)
    {
        _scheduler = await factory.GetScheduler().ConfigureAwait(false);
        _dispatcher = new ScheduledMessageDispatcher(bus);
        _dispatcher.AttachTo(_scheduler);

        await _scheduler.AddJob(ScheduledMessageJob.Detail, AddJobOptions.Replacing).ConfigureAwait(false);
        await _scheduler.AddJob(CanceledMessageJob.Detail, AddJobOptions.Replacing).ConfigureAwait(false);
    }

    public async Task Start(Task<BusReady> busReady, TimeSpan? delay)
    {
        await busReady.ConfigureAwait(false);

        if (delay is { } after)
            await Scheduler.StartDelayed(after).ConfigureAwait(false);
        else
            await Scheduler.Start().ConfigureAwait(false);
    }

    /// <summary>Stops firing triggers and completes the running deliveries while the bus can still send them.</summary>
    public async Task Pause(TimeSpan timeout)
    {
        if (_scheduler is null || _dispatcher is null)
            return;

        if (_scheduler.Status is SchedulerStatus.Running)
            await _scheduler.Standby().ConfigureAwait(false);
        await _dispatcher.Drain(timeout).ConfigureAwait(false);
    }

    public async Task Stop(bool waitForJobs)
    {
        if (_scheduler is { Status: not (SchedulerStatus.Shutdown or SchedulerStatus.ShuttingDown) })
            await _scheduler.Shutdown(waitForJobs).ConfigureAwait(false);
    }
}
