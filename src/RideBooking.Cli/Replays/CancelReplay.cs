using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.Replays;

/// <summary><c>replay cancel</c>: cancels a replay; its rows are deleted, and the live rows stay.</summary>
internal static class CancelReplay
{
    public static Command Make(Terminal terminal, HostOptions host)
    {
        var id = ReplayCommand.Id();
        var reason = Options.Reason();
        var command = new Command("cancel", "Cancel a replay. Its rows are deleted; the live rows stay.")
        {
            id,
            reason,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var replay = await api.Post(
                    $"operations/replays/{parsed.GetValue(id)}/cancel",
                    new { Reason = parsed.GetValue(reason) },
                    cancellationToken
                );
                terminal.WriteLine(
                    host.Json(parsed) ? replay.Indented() : $"The replay is {replay.As<ReplayResponse>().Status}."
                );
                return ExitCode.Done;
            }
        );
        return command;
    }
}
