using Quartz;

namespace MassTransit.QuartzIntegration;

/// <summary>Delivers one scheduled message, and retries with a growing delay.</summary>
/// <remarks>
/// A delivery that fails is not lost: Quartz stores the next attempt with the trigger and frees the thread meanwhile. The retry
/// policy is set on the job so that it also covers the triggers with which Quartz recovers the deliveries of a crashed process.
/// </remarks>
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
            // Quartz logs the exception and stores the next attempt. It would take an unwrapped cancellation that is not the
            // shutdown's, such as that of a send which timed out, for the end of the message.
            throw new JobExecutionException(exception);
        }
    }
}
