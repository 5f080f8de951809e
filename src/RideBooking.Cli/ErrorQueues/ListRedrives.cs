using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.ErrorQueues;

/// <summary><c>error-queues redrives</c>: lists redrives, newest first.</summary>
internal static class ListRedrives
{
    public static Command Make(Terminal terminal, HostOptions host)
    {
        var limit = Options.Number("--limit", "Maximum number of redrives.", 1, 100, standard: 20);
        var command = new Command("redrives", "List redrives, newest first.") { limit };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var response = await api.Get($"operations/redrives?limit={parsed.GetValue(limit)}", cancellationToken);
                var redrives = response.As<RedrivesResponse>().Items;
                if (host.Json(parsed))
                    terminal.WriteLine(response.Indented());
                else if (redrives.Count == 0)
                    terminal.WriteNote("There is no redrive.");
                else
                    terminal.Table(
                        [
                            new("Redrive", IsKey: true),
                            new("Status"),
                            new("Sent", IsNumber: true),
                            new("Selected", IsNumber: true),
                            new("Requested"),
                            new("Who"),
                            new("Why"),
                            new("What stopped it"),
                        ],
                        redrives.Select(
                            IReadOnlyList<string> (redrive) =>
                                [
                                    $"{redrive.Id}",
                                    redrive.Status,
                                    $"{redrive.Sent}",
                                    $"{redrive.Selected}",
                                    Text.Instant(redrive.RequestedAt),
                                    redrive.RequestedBy,
                                    redrive.Reason,
                                    redrive.Error ?? "",
                                ]
                        )
                    );
                return ExitCode.Done;
            }
        );
        return command;
    }
}
