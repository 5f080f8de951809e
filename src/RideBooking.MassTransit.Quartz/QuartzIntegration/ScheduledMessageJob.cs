using Quartz;

namespace MassTransit.QuartzIntegration;

/// <summary>
/// Delivers one scheduled message. A delivery that fails is not lost: Quartz stores the next attempt with the trigger, with
/// a growing delay, and frees the thread meanwhile. The policy sits on the job so that it also covers the triggers with
/// which Quartz recovers what a crashed process had begun to deliver.
/// </summary>
[RetryPolicy(int.MaxValue, "00:00:01", 2, MaxDelay = "00:01:00", Jitter = 0.2)]
sealed class ScheduledMessageJob : IJob
{
    /// <summary>One durable job; each scheduled message is a trigger of it.</summary>
    public static readonly JobKey Key = new("MassTransitScheduledMessage");

    public static IJobDetail Detail { get; } =
        JobBuilder
            .Create<ScheduledMessageJob>()
            .WithIdentity(Key)
            .WithDescription("Delivers scheduled messages")
            .RequestRecovery()
            .StoreDurably()
            .Build();

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        var dispatcher = ScheduledMessageDispatcher.Of(context.Scheduler);
        try
        {
            await dispatcher.Dispatch(context, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Quartz logs it and stores the next attempt. As it comes, a cancellation that is not the shutdown's, such as
            // that of a send which took too long, would pass for an end of the message.
            throw new JobExecutionException(exception);
        }
    }
}
