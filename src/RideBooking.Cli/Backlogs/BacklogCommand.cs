using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.Backlogs;

/// <summary><c>ridebooking backlog</c>: shows what waits in outbox, scheduler and subscriptions, and the rides by state.</summary>
internal static class BacklogCommand
{
    public static Command Make(Terminal terminal)
    {
        var host = new HostOptions();
        var command = new Command(
            "backlog",
            "Show what waits in outbox, scheduler and subscriptions, and the rides by state."
        );
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var response = await api.Get("operations/backlog", cancellationToken);
                if (host.Json(parsed))
                {
                    terminal.WriteLine(response.Indented());
                    return ExitCode.Done;
                }
                var backlog = response.As<BacklogResponse>();
                terminal.Table(
                    [new("Waits", IsKey: true), new("Count", IsNumber: true), new("Oldest")],
                    [
                        Row("outbox", backlog.Outbox.Messages, backlog.Outbox.OldestSeconds),
                        Row("timers", backlog.Timers.Waiting, null),
                        Row("timers overdue", backlog.Timers.Overdue, backlog.Timers.OldestOverdueSeconds),
                        .. backlog.Subscriptions.Select(row =>
                            Row($"subscription {row.Name}", row.Lag, row.LagSeconds)
                        ),
                    ]
                );
                terminal.Table(
                    [new("Rides", IsKey: true), new("Count", IsNumber: true), new("Stuck", IsNumber: true)],
                    backlog.Rides.Select(IReadOnlyList<string> (row) => [row.State, $"{row.Count}", $"{row.Stuck}"])
                );
                return ExitCode.Done;
            }
        );
        host.AddTo(command);
        return command;
    }

    // What could not be read is shown as such, not as 0.
    static IReadOnlyList<string> Row(string what, long? count, double? oldestSeconds) =>
        [what, count is { } known ? $"{known}" : "unknown", count > 0 ? Text.Age(oldestSeconds) : ""];
}
