namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>How an attempt to handle a message ended.</summary>
abstract record AttemptResult
{
    /// <summary>Changes, inbox entry and messages are committed.</summary>
    public sealed record Committed : AttemptResult;

    /// <summary>
    /// The inbox knew the message already, from another delivery or from this one if its confirmation was lost. Nothing of this
    /// attempt is committed.
    /// </summary>
    public sealed record Duplicate : AttemptResult;

    /// <summary>
    /// The attempt failed with a saga from memory, which another process may have changed since. Only an attempt with the stored saga
    /// may decide a refusal.
    /// </summary>
    /// <param name="Reason">Why it failed.</param>
    public sealed record StaleSaga(Exception Reason) : AttemptResult;

    /// <summary>The attempt failed and is rolled back.</summary>
    /// <param name="Reason">Why it failed.</param>
    /// <param name="IsReported">Whether the consumer's filter has reported the failure.</param>
    public sealed record Failed(Exception Reason, bool IsReported) : AttemptResult;
}
