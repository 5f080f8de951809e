using Microsoft.Extensions.DependencyInjection;
using Quartz;

namespace MassTransit.QuartzIntegration;

/// <summary>Moves one scheduler's clock forward, for tests: a message due in ten minutes is due now, without waiting.</summary>
/// <remarks>Other schedulers are not affected. Dispose the adjustment to return the scheduler to the system's time.</remarks>
public class QuartzTimeAdjustment : IDisposable
{
    readonly ISchedulerFactory _schedulerFactory;
    AdjustableTimeProvider? _clock;

    /// <summary>Adjusts the scheduler of a factory, as returned by <c>UseInMemoryScheduler(out factory)</c>.</summary>
    public QuartzTimeAdjustment(ISchedulerFactory schedulerFactory) => _schedulerFactory = schedulerFactory;

    /// <summary>Adjusts the container's scheduler.</summary>
    public QuartzTimeAdjustment(IServiceProvider provider) =>
        _schedulerFactory = provider.GetRequiredService<ISchedulerFactory>();

    /// <summary>Advances the scheduler's clock.</summary>
    /// <exception cref="InvalidOperationException">
    /// The application supplied the scheduler's clock: advance that clock instead.
    /// </exception>
    public async Task AdvanceTime(TimeSpan duration)
    {
        var scheduler = await _schedulerFactory.GetScheduler().ConfigureAwait(false);

        _clock =
            scheduler.TimeProvider as AdjustableTimeProvider
            ?? throw new InvalidOperationException(
                $"The scheduler runs on a {scheduler.TimeProvider.GetType().Name} of the application's: advance that clock."
            );

        // The scheduler sleeps until the next trigger as computed from the old time; starting it again makes it recompute.
        var running = scheduler.Status is SchedulerStatus.Running;
        if (running)
            await scheduler.Standby().ConfigureAwait(false);

        _clock.Advance(duration);

        if (running)
            await scheduler.Start().ConfigureAwait(false);
    }

    /// <summary>Returns the scheduler to the system's time.</summary>
    public void Dispose()
    {
        _clock?.Reset();
        GC.SuppressFinalize(this);
    }
}
