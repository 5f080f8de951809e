namespace RideBooking.Platform.Http.Idempotency;

/// <summary>The times and sizes of replay by Idempotency-Key.</summary>
internal sealed record IdempotencySettings
{
    /// <summary>
    /// How long a claim lasts without being renewed; then another attempt takes over. A repeat of a request that
    /// a process was carrying out when it died waits for as long.
    /// </summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How often the leases of requests that are under way are renewed, so that how long a request may take is for
    /// <c>Limits:RequestTimeout</c> to say.
    /// </summary>
    public TimeSpan RenewEvery { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long before the end of a lease that could not be renewed the attempt is given up.</summary>
    public TimeSpan LeaseMargin { get; init; } = TimeSpan.FromSeconds(2);

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
