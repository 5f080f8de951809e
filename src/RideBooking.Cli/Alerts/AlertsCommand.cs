using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.Alerts;

/// <summary><c>ridebooking alerts</c>: shows the alerts that fire.</summary>
internal static class AlertsCommand
{
    public static Command Make(Terminal terminal)
    {
        var host = new HostOptions();
        var ended = new Option<bool>("--ended") { Description = "Include alerts that have ended." };
        var exitCode = new Option<bool>("--exit-code")
        {
            Description = $"End with exit code {ExitCode.MessagesLeft} if an alert fires, and with 0 if none does.",
        };
        var limit = Options.Number("--limit", "Maximum number of alerts.", 1, 100, standard: 100);
        var command = new Command("alerts", "Show the alerts that fire, newest first.")
        {
            ended,
            exitCode,
            limit,
            ListNotifications.Make(terminal, host),
            RetryNotification.Make(terminal, host),
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var response = await api.Get(
                    $"operations/alerts?ended={parsed.GetValue(ended)}&limit={parsed.GetValue(limit)}",
                    cancellationToken
                );
                var alerts = response.As<AlertsResponse>();
                if (host.Json(parsed))
                    terminal.WriteLine(response.Indented());
                else
                    Write(terminal, alerts);
                return parsed.GetValue(exitCode) && alerts.Items.Any(alert => alert.Status == Spellings.AlertFiring)
                    ? ExitCode.MessagesLeft
                    : ExitCode.Done;
            }
        );
        host.AddTo(command);
        return command;
    }

    static void Write(Terminal terminal, AlertsResponse alerts)
    {
        if (alerts.Items.All(alert => alert.Status != Spellings.AlertFiring))
            terminal.WriteNote("No alert fires.");
        if (alerts.Items.Count == 0)
            return;
        terminal.Table(
            [new("Alert", IsKey: true), new("On"), new("Since"), new("Ended"), new("What")],
            alerts.Items.Select(
                IReadOnlyList<string> (alert) =>
                    [
                        alert.Alert,
                        alert.Subject ?? "",
                        Text.Instant(alert.Since),
                        Text.Instant(alert.EndedAt),
                        alert.Text,
                    ]
            )
        );
        if (alerts.NextCursor is not null)
            terminal.WriteNote("There are more alerts. Use --limit to show more.");
    }
}
