using System.Diagnostics;

namespace RideBooking.Platform.Configuration;

/// <summary>
/// Waits at the start for a server that is not there yet, without end, and says so on the console: at once, and again now
/// and then. What waiting cannot mend is the caller's to tell: it ends the start with one line.
/// </summary>
internal static class DependencyWait
{
    static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);
    static readonly TimeSpan s_reminder = TimeSpan.FromSeconds(30);

    /// <summary>Tries until it succeeds.</summary>
    /// <param name="what">What is waited for: "the Postgres database that … names".</param>
    /// <param name="attempt">Tried again and again.</param>
    /// <param name="isAway">Why the server is not there, in a few words, or null when waiting is no help.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public static async Task For(
        string what,
        Func<Task> attempt,
        Func<Exception, string?> isAway,
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
                    Console.WriteLine($"There is {what}.");
                return;
            }
            catch (Exception failure) when (isAway(failure) is { } reason)
            {
                var waited = Stopwatch.GetElapsedTime(since);
                if (waited >= next)
                {
                    Console.WriteLine(
                        next == TimeSpan.Zero
                            ? $"Waiting for {what}: {reason}"
                            : $"Still waiting, for {waited.TotalSeconds:0} s now, for {what}: {reason}"
                    );
                    next = waited + s_reminder;
                }
            }
            await Task.Delay(s_pause, cancellationToken);
        }
    }
}
