using System.Diagnostics;

namespace RideBooking.Platform.Configuration;

/// <summary>
/// Waits at the start until a server is available, without a time limit, and reports on the console at once and regularly.
/// </summary>
/// <remarks>
/// Waiting cannot correct every failure. The caller tells which: such a failure ends the start with one line.
/// </remarks>
internal static class DependencyWait
{
    static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);
    static readonly TimeSpan s_reminder = TimeSpan.FromSeconds(30);

    /// <summary>Repeats the attempt until it succeeds.</summary>
    /// <param name="what">The server, for messages: "the Postgres database that … names".</param>
    /// <param name="attempt">The action to repeat.</param>
    /// <param name="whyUnavailable">Why the server is unavailable, in a few words; null if waiting does not help.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task For(
        string what,
        Func<Task> attempt,
        Func<Exception, string?> whyUnavailable,
        CancellationToken cancellationToken
    )
    {
        var since = Stopwatch.GetTimestamp();
        var next = TimeSpan.Zero;
        while (true)
        {
            try
            {
                await attempt();
                if (next > TimeSpan.Zero)
                    Console.WriteLine($"Now available: {what}.");
                return;
            }
            catch (Exception exception) when (whyUnavailable(exception) is { } reason)
            {
                var waited = Stopwatch.GetElapsedTime(since);
                if (waited >= next)
                {
                    Console.WriteLine(
                        next == TimeSpan.Zero
                            ? $"Waiting for {what}: {reason}"
                            : $"Still waiting after {waited.TotalSeconds:0} s for {what}: {reason}"
                    );
                    next = waited + s_reminder;
                }
            }
            await Task.Delay(s_pause, cancellationToken);
        }
    }
}
