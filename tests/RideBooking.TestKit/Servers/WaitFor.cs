using System.Diagnostics;

namespace RideBooking.TestKit.Servers;

/// <summary>Waits for an effect of another process; on timeout the exception names what it waited for.</summary>
static class WaitFor
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <param name="what">The awaited event, as it ends the sentence "Waited N s for …".</param>
    /// <param name="condition">Polled until true. An exception ends the waiting.</param>
    /// <param name="timeout">The maximum time.</param>
    /// <param name="evidence">Evidence to show on failure: output, last state.</param>
    public static async Task TrueAsync(
        string what,
        Func<Task<bool>> condition,
        TimeSpan timeout,
        Func<string>? evidence = null
    )
    {
        var waited = Stopwatch.StartNew();
        while (!await condition())
        {
            if (waited.Elapsed > timeout)
                throw new TimeoutException(
                    $"Waited {timeout.TotalSeconds:0} s for {what}. {evidence?.Invoke()}".TrimEnd()
                );
            await Task.Delay(Pause);
        }
    }
}
