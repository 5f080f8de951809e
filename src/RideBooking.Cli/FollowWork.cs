using System.Diagnostics;
using System.Text.Json;
using RideBooking.Cli.Api;

namespace RideBooking.Cli;

/// <summary>Shows the progress of work that the host carries out, with or without a follower.</summary>
internal static class FollowWork
{
    static readonly TimeSpan s_pollInterval = TimeSpan.FromMilliseconds(400);

    // A host that restarts continues its work.
    static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(1);

    /// <summary>Follows the work until it has ended, or has paused automatically.</summary>
    /// <param name="api">The host.</param>
    /// <param name="terminal">Where the progress is drawn, if it can be.</param>
    /// <param name="path">The address of the progress.</param>
    /// <param name="work">The first response.</param>
    /// <param name="progress">Reads the progress from a response.</param>
    /// <param name="name">What the work is.</param>
    /// <param name="command">The command that follows it again after an interruption.</param>
    /// <param name="cancellationToken">Ends the following, but not the work.</param>
    /// <returns>The last response.</returns>
    public static async Task<JsonElement> ToItsEnd(
        HostApi api,
        Terminal terminal,
        string path,
        JsonElement work,
        Func<JsonElement, Progress> progress,
        string name,
        string command,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await ProgressBar.Show(
                terminal,
                progress(work),
                show => Watch(api, path, work, now => show(progress(now)), cancellationToken)
            );
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            terminal.WriteNote($"The {name} continues in the host. Follow it with: {command}");
            throw;
        }
        catch (CommandFailedException exception) when (exception.ExitCode == ExitCode.Unreachable)
        {
            throw new CommandFailedException(
                exception.ExitCode,
                $"{exception.Message} The {name} continues when the host is available. Follow it with: {command}"
            );
        }
    }

    static async Task<JsonElement> Watch(
        HostApi api,
        string path,
        JsonElement work,
        Action<JsonElement> show,
        CancellationToken cancellationToken
    )
    {
        var lastResponse = Stopwatch.GetTimestamp();
        while (IsRunning(work))
        {
            show(work);
            await Task.Delay(s_pollInterval, cancellationToken);
            try
            {
                work = await api.Get(path, cancellationToken);
                lastResponse = Stopwatch.GetTimestamp();
            }
            catch (CommandFailedException exception)
                when (exception.ExitCode == ExitCode.Unreachable && Stopwatch.GetElapsedTime(lastResponse) < s_timeout)
            { }
        }
        show(work);
        return work;
    }

    // Work that paused automatically says why, and waits for a decision. A script must not wait with it.
    static bool IsRunning(JsonElement work) =>
        work.GetProperty("status").GetString() switch
        {
            Spellings.WorkRunning => true,
            Spellings.WorkPaused => !work.TryGetProperty("error", out var error)
                || error.ValueKind == JsonValueKind.Null,
            _ => false,
        };
}
