using Microsoft.Extensions.DependencyInjection;
using Quartz;

namespace RideBooking.Testing.Tests.Hosted;

/// <summary>Quartz as the scheduler of a bus on which scenarios are played.</summary>
internal static class QuartzTime
{
    static readonly TriggerQuery s_all = new() { Take = PagedQuery.All };

    /// <summary>It sleeps until the next timer by the time it knew; started again it looks anew.</summary>
    public static async Task Move(IServiceProvider services, Action move, CancellationToken cancellationToken)
    {
        var quartz = await services.GetRequiredService<ISchedulerFactory>().GetScheduler(cancellationToken);
        await quartz.Standby(cancellationToken);
        move();
        await quartz.Start(cancellationToken);
    }

    /// <summary>Whether it has sent everything that is due. A timer that is being sent has no next time any more.</summary>
    public static async Task<bool> IsAtRest(IServiceProvider services, CancellationToken cancellationToken)
    {
        var quartz = await services.GetRequiredService<ISchedulerFactory>().GetScheduler(cancellationToken);
        var timers = await quartz.QueryTriggers(s_all, cancellationToken);
        return timers.Items.All(timer => timer.NextFireTimeUtc > quartz.TimeProvider.GetUtcNow());
    }
}
