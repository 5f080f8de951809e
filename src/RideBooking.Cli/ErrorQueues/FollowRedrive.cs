using System.CommandLine;
using System.Text.Json;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.ErrorQueues;

/// <summary>
/// <c>error-queues follow</c>: shows the progress of a redrive until it ends. The host carries it out, with or without a
/// follower.
/// </summary>
internal static class FollowRedrive
{
    public static Command Make(Terminal terminal, HostOptions host)
    {
        var id = Options.IdArgument("redrive", "The redrive's id.");
        var command = new Command("follow", "Show a redrive's progress until it ends.") { id };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var redrive = await api.Get($"operations/redrives/{parsed.GetValue(id)}", cancellationToken);
                return await ToItsEnd(api, terminal, redrive, host.Json(parsed), cancellationToken);
            }
        );
        return command;
    }

    /// <summary>Shows the progress until the redrive ends, then its result.</summary>
    /// <returns>The command's exit code.</returns>
    public static async Task<int> ToItsEnd(
        HostApi api,
        Terminal terminal,
        JsonElement redrive,
        bool json,
        CancellationToken cancellationToken
    )
    {
        var (id, selected) = (redrive.As<RedriveResponse>().Id, redrive.As<RedriveResponse>().Selected);
        if (!terminal.ShowsProgress)
            terminal.WriteNote($"Redrive {id} of {Text.Count(selected, "message")} started.");
        redrive = await FollowWork.ToItsEnd(
            api,
            terminal,
            $"operations/redrives/{id}",
            redrive,
            now => ProgressOf(now.As<RedriveResponse>()),
            "redrive",
            $"ridebooking error-queues follow {id}",
            cancellationToken
        );
        return Write(terminal, redrive, json);
    }

    static Progress ProgressOf(RedriveResponse redrive) =>
        new(
            $"{(redrive.Status == Spellings.WorkPaused ? "Paused: sent" : "Sent")} {redrive.Sent} of {redrive.Selected}",
            redrive.Status is Spellings.WorkRunning or Spellings.WorkPaused ? redrive.Sent : redrive.Selected,
            redrive.Selected
        );

    static string Outcomes(OutcomesResponse outcomes)
    {
        List<(int Count, string Text)> counts =
        [
            (outcomes.Consumed, "consumed"),
            (outcomes.Ignored, "handled without effect"),
            (outcomes.Deduplicated, "handled before"),
            (outcomes.FailedAgain, "failed again"),
            (outcomes.Pending, "not handled yet"),
            (outcomes.Untracked, "without a record"),
            (outcomes.Unknown, "without a sign"),
        ];
        var known = counts.Where(outcome => outcome.Count > 0).Select(outcome => $"{outcome.Count} {outcome.Text}");
        return string.Join(", ", known) is { Length: > 0 } text ? $"{text}." : "";
    }

    static int Write(Terminal terminal, JsonElement response, bool json)
    {
        var redrive = response.As<RedriveResponse>();
        if (json)
            terminal.WriteLine(response.Indented());
        else
            terminal.WriteLine(
                $"Redrive {redrive.Id} {redrive.Status}: {Text.Count(redrive.Sent, "message")} sent"
                    + (redrive.NotFound > 0 ? $", {redrive.NotFound} not found" : "")
                    + (redrive.Failed > 0 ? $", {redrive.Failed} not sent" : "")
                    + (redrive.Quarantined > 0 ? $", {redrive.Quarantined} quarantined (--force includes them)" : "")
                    + $". {Outcomes(redrive.Outcomes)}"
            );
        if (redrive.Status == Spellings.WorkPaused)
            throw new CommandFailedException(
                ExitCode.Failed,
                $"{redrive.Error} Run ridebooking error-queues resume {redrive.Id} --reason <text>, or cancel."
            );
        if (redrive.Status != Spellings.WorkCompleted)
            throw new CommandFailedException(ExitCode.Failed, redrive.Error ?? $"The redrive is {redrive.Status}.");
        return redrive switch
        {
            { Sent: 0, NotFound: > 0 } => ExitCode.NotFound,
            { Sent: 0, Quarantined: > 0 } => ExitCode.Failed,
            _ => ExitCode.Done,
        };
    }
}
