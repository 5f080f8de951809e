using Quartz;

namespace MassTransit.QuartzIntegration;

/// <summary>Remembers that a message was canceled before it was scheduled, because brokers deliver out of order.</summary>
/// <remarks>
/// The cancellation is stored as a trigger under the token's own key. When that trigger fires, it has expired and does nothing.
/// </remarks>
sealed class CanceledMessageJob : IJob
{
    public static readonly JobKey Key = new("MassTransitCanceledMessage");

    /// <summary>How long after its cancel a schedule message may still arrive.</summary>
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
