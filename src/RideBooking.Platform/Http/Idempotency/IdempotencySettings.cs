namespace RideBooking.Platform.Http.Idempotency;

/// <summary>The times and sizes of replay by Idempotency-Key.</summary>
internal sealed record IdempotencySettings
{
    /// <summary>
    /// How long one attempt may take; then it is cancelled, and another may take over. As long waits whoever repeats a request
    /// that was under way in a process when it died. Without its margin it is longer than <c>Limits:RequestTimeout</c> is by
    /// default, so that this is what ends an answer that takes too long.
    /// </summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The part of the lease kept back for storing the answer.</summary>
    public TimeSpan LeaseMargin { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a repeat waits for an attempt that another process carries out, before 409.</summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often it looks meanwhile.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long an answer is kept for replay.</summary>
    public TimeSpan Keep { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How often what is older is deleted.</summary>
    public TimeSpan CleanUpEvery { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The largest answer that is kept, in bytes.</summary>
    public int MaxBody { get; init; } = 256 * 1024;
}
