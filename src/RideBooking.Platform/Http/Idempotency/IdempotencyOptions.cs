namespace RideBooking.Platform.Http.Idempotency;

/// <summary>The times and sizes of replay by Idempotency-Key.</summary>
internal sealed record IdempotencyOptions
{
    /// <summary>How long a claim lasts without being renewed. Then another attempt takes over.</summary>
    /// <remarks>If a process dies while it carries out a request, a retry of the request waits this long.</remarks>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often the leases of requests in flight are renewed.</summary>
    /// <remarks>Because of it, <c>Limits:RequestTimeout</c> alone limits how long a request may take.</remarks>
    public TimeSpan RenewEvery { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long before the end of a lease that could not be renewed the attempt is cancelled.</summary>
    public TimeSpan LeaseMargin { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a retry waits for the first attempt, in this or another process, before it is answered 409.</summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a waiting retry polls.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long an answer is kept for replay.</summary>
    public TimeSpan Keep { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How often older answers are deleted.</summary>
    public TimeSpan CleanUpEvery { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The largest answer that is kept, in bytes.</summary>
    public int MaxBody { get; init; } = 256 * 1024;
}
