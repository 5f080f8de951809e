using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.Replays;

/// <summary><c>replay show</c>: shows the progress of a replay until it ends.</summary>
internal static class ShowReplay
{
    public static Command Make(Terminal terminal, HostOptions host)
    {
        var id = ReplayCommand.Id();
        var command = new Command("show", "Show a replay's progress until it ends.") { id };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var replay = await api.Get($"operations/replays/{parsed.GetValue(id)}", cancellationToken);
                return await ToItsEnd(api, terminal, replay, host.Json(parsed), cancellationToken);
            }
        );
        return command;
    }

    /// <summary>Shows the progress until the replay ends, then its result.</summary>
    /// <returns>The command's exit code.</returns>
    public static async Task<int> ToItsEnd(
        HostApi api,
        Terminal terminal,
        JsonElement replay,
        bool json,
        CancellationToken cancellationToken
    )
    {
        var begun = replay.As<ReplayResponse>();
        if (!terminal.ShowsProgress && begun.Status == Spellings.WorkRunning)
            terminal.WriteNote($"Replay {begun.Id} of {begun.Projection} started.");
        replay = await FollowWork.ToItsEnd(
            api,
            terminal,
            $"operations/replays/{begun.Id}",
            replay,
            now => ProgressOf(now.As<ReplayResponse>()),
            "replay",
            $"ridebooking replay show {begun.Id}",
            cancellationToken
        );
        return Write(terminal, replay, json);
    }

    public static string Percent(ReplayResponse replay) => replay.Progress.ToString("P0", CultureInfo.InvariantCulture);

    static Progress ProgressOf(ReplayResponse replay) =>
        new(
            replay.StoppedBecause is { } stopped
                ? $"Stopped at position {replay.Position}: {stopped}"
                : $"Read {replay.Position} of {replay.End} events",
            replay.Position,
            replay.End
        );

    static int Write(Terminal terminal, JsonElement response, bool json)
    {
        var replay = response.As<ReplayResponse>();
        if (json)
            terminal.WriteLine(response.Indented());
        else
            terminal.WriteLine(
                $"Replay {replay.Id} of {replay.Projection} {replay.Status} at position {replay.Position}"
                    + (replay.Parked > 0 ? $", {Text.Count(replay.Parked, "event")} parked" : "")
                    + "."
            );
        return replay.Status == Spellings.WorkCompleted ? ExitCode.Done : ExitCode.Failed;
    }
}
