using System.Diagnostics;

namespace RideBooking.IntegrationTests.Infrastructure;

/// <summary>Waits for something another process does, and says what it was waiting for when it does not happen.</summary>
static class WaitFor
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <param name="what">What is awaited, as it ends the sentence "Waited N s for …".</param>
    /// <param name="condition">Asked again and again until true. What it throws ends the waiting.</param>
    /// <param name="timeout">How long at most.</param>
    /// <param name="evidence">What to show with the failure: output, last state.</param>
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
