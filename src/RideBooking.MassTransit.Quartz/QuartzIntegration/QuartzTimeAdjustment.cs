using Microsoft.Extensions.DependencyInjection;
using Quartz;

namespace MassTransit.QuartzIntegration;

/// <summary>
/// Moves one scheduler's clock forward, for tests: what is due in ten minutes is due now, and nothing waits. Only the
/// scheduler it is given moves; dispose it to return that scheduler to the system's time.
/// </summary>
public class QuartzTimeAdjustment : IDisposable
{
    readonly ISchedulerFactory _schedulerFactory;
    AdjustableTimeProvider? _clock;

    /// <summary>Adjusts the scheduler of a factory, as <c>UseInMemoryScheduler(out factory)</c> gives it.</summary>
    public QuartzTimeAdjustment(ISchedulerFactory schedulerFactory) => _schedulerFactory = schedulerFactory;

    /// <summary>Adjusts the container's scheduler.</summary>
    public QuartzTimeAdjustment(IServiceProvider provider) =>
        _schedulerFactory = provider.GetRequiredService<ISchedulerFactory>();

    /// <summary>Advances the scheduler's clock.</summary>
    /// <exception cref="InvalidOperationException">
    /// The scheduler runs on a clock the application supplied: advance that one.
    /// </exception>
    public async Task AdvanceTime(TimeSpan duration)
    {
        var scheduler = await _schedulerFactory.GetScheduler().ConfigureAwait(false);

        _clock =
            scheduler.TimeProvider as AdjustableTimeProvider
            ?? throw new InvalidOperationException(
                $"The scheduler runs on a {scheduler.TimeProvider.GetType().Name} of the application's: advance that clock."
            );

        // The scheduler sleeps until the next trigger by the time it knew; starting it again makes it look anew.
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
