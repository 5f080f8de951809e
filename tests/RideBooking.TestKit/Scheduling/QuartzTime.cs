using Microsoft.Extensions.DependencyInjection;
using Quartz;

namespace RideBooking.TestKit.Scheduling;

/// <summary>Controls Quartz as the scheduler of a bus that runs scenarios.</summary>
internal static class QuartzTime
{
    static readonly TriggerQuery s_all = new() { Take = PagedQuery.All };

    /// <summary>Moves the clock. Quartz sleeps until the next timer it knew; a restart makes it read the clock again.</summary>
    public static async Task Move(IServiceProvider services, Action move, CancellationToken cancellationToken)
    {
        var quartz = await services.GetRequiredService<ISchedulerFactory>().GetScheduler(cancellationToken);
        await quartz.Standby(cancellationToken);
        move();
        await quartz.Start(cancellationToken);
    }

    /// <summary>Returns true once all due timers are sent. A timer that is being sent has no next time any more.</summary>
    public static async Task<bool> IsAtRest(IServiceProvider services, CancellationToken cancellationToken)
    {
        var quartz = await services.GetRequiredService<ISchedulerFactory>().GetScheduler(cancellationToken);
        var timers = await quartz.QueryTriggers(s_all, cancellationToken);
        return timers.Items.All(timer => timer.NextFireTimeUtc > quartz.TimeProvider.GetUtcNow());
    }
}
