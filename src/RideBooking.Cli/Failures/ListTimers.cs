using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.Failures;

/// <summary><c>failures timers</c>: lists the timers that could not be sent when they were due.</summary>
internal static class ListTimers
{
    public static Command Make(Terminal terminal, HostOptions host)
    {
        var limit = Options.Number("--limit", "Maximum number of timers.", 1, 100, standard: 20);
        var command = new Command(
            "timers",
            "List the timers and redeliveries that could not be sent when they were due."
        )
        {
            limit,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var response = await api.Get(
                    $"operations/timers/failing?limit={parsed.GetValue(limit)}",
                    cancellationToken
                );
                if (host.Json(parsed))
                    terminal.WriteLine(response.Indented());
                else
                    terminal.Table(
                        [
                            new("Timer", IsKey: true),
                            new("Type"),
                            new("To"),
                            new("Due"),
                            new("Attempts", IsNumber: true),
                            new("Next attempt"),
                        ],
                        response
                            .As<FailingTimersResponse>()
                            .Items.Select(
                                IReadOnlyList<string> (row) =>
                                    [
                                        row.Token,
                                        row.MessageType ?? "(unknown type)",
                                        row.Destination ?? "",
                                        Text.Instant(row.DueAt),
                                        $"{row.Attempts}",
                                        row.NextAttemptAt is { } next ? Text.Instant(next) : "now",
                                    ]
                            )
                    );
                return ExitCode.Done;
            }
        );
        return command;
    }
}
