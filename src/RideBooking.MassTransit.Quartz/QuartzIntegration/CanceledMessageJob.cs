using Quartz;

namespace MassTransit.QuartzIntegration;

/// <summary>
/// Remembers, under the token's own trigger key, that a message was canceled before it was scheduled: brokers deliver out
/// of order. A trigger of this job does nothing when it fires, which is its expiry.
/// </summary>
sealed class CanceledMessageJob : IJob
{
    public static readonly JobKey Key = new("MassTransitCanceledMessage");

    /// <summary>How much later than its cancel a schedule message is still expected.</summary>
    public static readonly TimeSpan Expiry = TimeSpan.FromHours(1);

    public static IJobDetail Detail { get; } =
        JobBuilder
            .Create<CanceledMessageJob>()
            .WithIdentity(Key)
            .WithDescription("Remembers messages that were canceled before they were scheduled")
            .StoreDurably()
            .Build();

    public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) => default;
}
