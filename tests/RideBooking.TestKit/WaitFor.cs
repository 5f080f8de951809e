using System.Diagnostics;

namespace RideBooking.TestKit;

/// <summary>Polls for a condition without an event; on timeout the exception names the condition.</summary>
static class WaitFor
{
    /// <summary>
    /// How long a test waits for what must come. Generous, because it only ends tests that would hang: speed is measured by
    /// benchmarks, and a busy machine is several times slower than a quiet one.
    /// </summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(180);

    /// <summary>Waits for an effect in this process.</summary>
    /// <param name="what">The awaited state.</param>
    /// <param name="condition">Polled until true. An exception ends the waiting.</param>
    public static Task TrueAsync(string what, Func<Task<bool>> condition) =>
        Poll(
            what,
            condition,
            Limit,
            TimeSpan.FromMilliseconds(10),
            evidence: null,
            TestContext.Current.CancellationToken
        );

    /// <summary>Waits for an effect of another process. It is polled less often, because a poll is work for that process too.</summary>
    /// <param name="what">The awaited state.</param>
    /// <param name="condition">Polled until true. An exception ends the waiting.</param>
    /// <param name="timeout">The maximum time.</param>
    /// <param name="evidence">Evidence to show on failure: output, last state.</param>
    public static Task TrueAsync(
        string what,
        Func<Task<bool>> condition,
        TimeSpan timeout,
        Func<string>? evidence = null
    ) => Poll(what, condition, timeout, TimeSpan.FromMilliseconds(100), evidence, CancellationToken.None);

    static async Task Poll(
        string what,
        Func<Task<bool>> condition,
        TimeSpan timeout,
        TimeSpan pause,
        Func<string>? evidence,
        CancellationToken cancellationToken
    )
    {
        var waited = Stopwatch.StartNew();
        while (!await condition())
        {
            if (waited.Elapsed > timeout)
                throw new TimeoutException(
                    $"Waited {timeout.TotalSeconds:0} s: {what}. {evidence?.Invoke()}".TrimEnd()
                );
            await Task.Delay(pause, cancellationToken);
        }
    }
}
