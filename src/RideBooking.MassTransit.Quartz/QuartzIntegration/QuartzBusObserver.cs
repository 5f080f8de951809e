using Microsoft.Extensions.Options;
using Quartz;

namespace MassTransit.QuartzIntegration;

/// <summary>Starts and stops the container's scheduler with the bus.</summary>
public class QuartzBusObserver : IBusObserver
{
    static readonly TimeSpan DefaultStopTimeout = TimeSpan.FromSeconds(10);

    readonly SchedulerLifetime _lifetime;
    readonly QuartzHostedServiceOptions _options;
    readonly TimeSpan _stopTimeout;

    /// <summary>Creates the observer for the container's scheduler.</summary>
    public QuartzBusObserver(
        ISchedulerFactory schedulerFactory,
        IOptions<QuartzHostedServiceOptions> options,
        IOptions<MassTransitHostOptions> hostOptions
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(hostOptions);
        _lifetime = new SchedulerLifetime(schedulerFactory);
        _options = options.Value;
        _stopTimeout = hostOptions.Value.StopTimeout ?? DefaultStopTimeout;
    }

    /// <inheritdoc />
    public void PostCreate(IBus bus) { }

    /// <inheritdoc />
    public void CreateFaulted(Exception exception) { }

    /// <inheritdoc />
    public Task PreStart(IBus bus) => _lifetime.Prepare(bus);

    /// <inheritdoc />
    public Task PostStart(IBus bus, Task<BusReady> busReady) => _lifetime.Start(busReady, _options.StartDelay);

    /// <inheritdoc />
    public Task StartFaulted(IBus bus, Exception exception) => _lifetime.Stop(waitForJobs: false);

    /// <inheritdoc />
    public Task PreStop(IBus bus) => _lifetime.Pause(_stopTimeout);

    /// <inheritdoc />
    public Task PostStop(IBus bus) => _lifetime.Stop(_options.WaitForJobsToComplete);

    /// <inheritdoc />
    public Task StopFaulted(IBus bus, Exception exception) => _lifetime.Stop(waitForJobs: false);
}
