using Quartz;

namespace MassTransit.QuartzIntegration;

/// <summary>
/// Lets deliveries begin one after the other, so many a second at most: what fell due while nothing ran does not come all at
/// once and keep everything else waiting.
/// </summary>
sealed class DeliveryPace(int perSecond, TimeProvider clock) : IJobExecutionMiddleware
{
    readonly TimeSpan _apart = TimeSpan.FromSeconds(1) / perSecond;
    readonly long _start = clock.GetTimestamp();
    readonly Lock _lock = new();
    TimeSpan _next;

    public async ValueTask Invoke(
        IJobExecutionContext context,
        JobExecutionDelegate next,
        CancellationToken cancellationToken = default
    )
    {
        if (context.JobDetail.Key.Equals(ScheduledMessageJob.Key) && Turn() is { Ticks: > 0 } wait)
            await Task.Delay(wait, clock, cancellationToken).ConfigureAwait(false);
        await next(context, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes the next turn, and says how long it is until then.</summary>
    TimeSpan Turn()
    {
        lock (_lock)
        {
            var now = clock.GetElapsedTime(_start);
            var turn = _next > now ? _next : now;
            _next = turn + _apart;
            return turn - now;
        }
    }
}
