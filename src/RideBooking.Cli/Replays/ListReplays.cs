using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.Replays;

/// <summary><c>replay list</c>: lists what can be replayed and how far it has read, then the replays.</summary>
internal static class ListReplays
{
    public static Command Make(Terminal terminal, HostOptions host)
    {
        var limit = Options.Number("--limit", "Maximum number of replays.", 1, 100, standard: 20);
        var command = new Command("list", "List what can be replayed, and the replays, newest first.") { limit };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var subscriptions = await api.Get("operations/subscriptions", cancellationToken);
                var replays = await api.Get($"operations/replays?limit={parsed.GetValue(limit)}", cancellationToken);
                if (host.Json(parsed))
                {
                    terminal.WriteLine(replays.Indented());
                    return ExitCode.Done;
                }
                terminal.Table(
                    [
                        new("Projection", IsKey: true),
                        new("State"),
                        new("Position", IsNumber: true),
                        new("Behind", IsNumber: true),
                        new("Parked", IsNumber: true),
                    ],
                    subscriptions
                        .As<SubscriptionsResponse>()
                        .Items.Select(row =>
                            (IReadOnlyList<string>)
                                [row.Name, row.State, $"{row.Position}", $"{row.Lag}", $"{row.Parked}"]
                        )
                );
                if (replays.As<ReplaysResponse>().Items is { Count: > 0 } items)
                    terminal.Table(
                        [
                            new("Replay", IsKey: true),
                            new("Projection"),
                            new("Status"),
                            new("Read", IsNumber: true),
                            new("Parked", IsNumber: true),
                            new("Requested"),
                            new("Who"),
                            new("Why"),
                        ],
                        items.Select(row =>
                            (IReadOnlyList<string>)
                                [
                                    $"{row.Id}",
                                    row.Projection,
                                    row.Status,
                                    ShowReplay.Percent(row),
                                    $"{row.Parked}",
                                    Text.Instant(row.RequestedAt),
                                    row.RequestedBy,
                                    row.Reason,
                                ]
                        )
                    );
                return ExitCode.Done;
            }
        );
        return command;
    }
}
