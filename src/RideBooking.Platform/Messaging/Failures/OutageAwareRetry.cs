using MassTransit;
using MassTransit.RetryPolicies;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Messaging.Failures;

/// <summary>
/// Retries in memory: an ordinary failure a few times at once, an unavailable database until it is available again or the time
/// limit is reached.
/// </summary>
/// <remarks>
/// An outage is not the message's fault, so the message is held, unacknowledged. Neither is an altered table: a message that
/// fails because of one is retried at once.
/// </remarks>
/// <param name="filter">Which failures may be retried at all.</param>
/// <param name="pauses">The pause before each retry of an ordinary failure.</param>
/// <param name="outageTimeout">How long a message is held for the database; zero treats an outage like any other failure.</param>
internal sealed class OutageAwareRetry(IExceptionFilter filter, IReadOnlyList<TimeSpan> pauses, TimeSpan outageTimeout)
    : IRetryPolicy
{
    /// <summary>No time limit.</summary>
    public static readonly TimeSpan Unlimited = TimeSpan.MaxValue;

    // An altered table invalidates cached plans. A message meets one stale plan per connection that it gets, so only a few.
    const int MaxStalePlans = 5;

    static readonly TimeSpan s_minPause = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan s_maxPause = TimeSpan.FromSeconds(5);

    public bool IsHandled(Exception exception) => filter.Match(exception);

    public RetryPolicyContext<T> CreatePolicyContext<T>(T context)
        where T : class, PipeContext => new Attempts<T>(this, context);

    public void Probe(ProbeContext context)
    {
        context.Set(
            new
            {
                Policy = "OutageAware",
                Pauses = pauses,
                OutageTimeout = outageTimeout,
            }
        );
        filter.Probe(context);
    }

    // Spreads the retries when hundreds of messages have failed at the same time.
    static TimeSpan Jittered(TimeSpan pause) => pause * (0.8 + 0.4 * Random.Shared.NextDouble());

    /// <summary>The attempts so far.</summary>
    readonly record struct AttemptCounts(int Failures, int Outages, int StalePlans)
    {
        public (AttemptCounts Counts, TimeSpan Pause)? Next(
            OutageAwareRetry policy,
            PipeContext context,
            Exception exception
        )
        {
            if (!policy.IsHandled(exception))
                return null;
            if (StalePlans < MaxStalePlans && DatabaseConflicts.IsStalePlan(exception))
                return (this with { StalePlans = StalePlans + 1 }, TimeSpan.Zero);
            if (policy.OutageTimeout > TimeSpan.Zero && DatabaseOutage.Matches(exception))
            {
                // Counted from the arrival of the message: it may have waited behind others that were held.
                if (context is ConsumeContext message && message.ReceiveContext.ElapsedTime >= policy.OutageTimeout)
                    return null;
                var pause = s_minPause * Math.Pow(2, Math.Min(Outages, 10));
                return (this with { Outages = Outages + 1 }, pause < s_maxPause ? pause : s_maxPause);
            }
            return Failures < policy.Pauses.Count
                ? (this with { Failures = Failures + 1, Outages = 0 }, policy.Pauses[Failures])
                : null;
        }
    }

    IReadOnlyList<TimeSpan> Pauses => pauses;

    TimeSpan OutageTimeout => outageTimeout;

    sealed class Attempts<T>(OutageAwareRetry policy, T context) : BaseRetryPolicyContext<T>(policy, context)
        where T : class, PipeContext
    {
        readonly OutageAwareRetry _policy = policy;

        public override bool CanRetry(Exception exception, out RetryContext<T> retryContext)
        {
            var token = CancellationToken;
            var next = default(AttemptCounts).Next(_policy, Context, exception);
            retryContext = new Attempt<T>(_policy, Context, exception, 0, next, token);
            return next is not null && !token.IsCancellationRequested;
        }

        protected override RetryContext<T> CreateRetryContext(
            Exception exception,
            CancellationToken cancellationToken
        ) => new Attempt<T>(_policy, Context, exception, 0, null, cancellationToken);
    }

    sealed class Attempt<T>(
        OutageAwareRetry policy,
        T context,
        Exception exception,
        int number,
        (AttemptCounts Counts, TimeSpan Pause)? next,
        CancellationToken cancellationToken
    ) : BaseRetryContext<T>(context, exception, number, cancellationToken), RetryContext<T>
        where T : class, PipeContext
    {
        public override TimeSpan? Delay => next is { } step ? Jittered(step.Pause) : null;

        bool RetryContext<T>.CanRetry(Exception failure, out RetryContext<T> retryContext)
        {
            var following = next?.Counts.Next(policy, Context, failure);
            retryContext = new Attempt<T>(policy, Context, failure, RetryCount + 1, following, CancellationToken);
            return following is not null;
        }
    }
}
