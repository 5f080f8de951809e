using Quartz;

namespace MassTransit.QuartzIntegration;

/// <summary>Limits the number of deliveries that start per second.</summary>
/// <remarks>
/// Messages that fell due during a downtime are then not all sent at once, which would delay everything else.
/// </remarks>
sealed class DeliveryRateLimiter(int perSecond, TimeProvider clock) : IJobExecutionMiddleware
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
        if (context.JobDetail.Key.Equals(ScheduledMessageJob.Key) && ReserveStart() is { Ticks: > 0 } wait)
            await Task.Delay(wait, clock, cancellationToken).ConfigureAwait(false);
        await next(context, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reserves the next start and returns the time until then.</summary>
    TimeSpan ReserveStart()
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
