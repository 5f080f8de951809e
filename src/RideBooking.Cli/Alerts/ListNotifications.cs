using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.Alerts;

/// <summary><c>alerts notifications</c>: lists what was sent to the webhook, or could not be.</summary>
internal static class ListNotifications
{
    public static Command Make(Terminal terminal, HostOptions host)
    {
        var status = new Option<string?>("--status")
        {
            Description = "Only notifications with this status.",
            HelpName = "status",
        };
        status.AcceptOnlyFromAmong(
            Spellings.NotificationPending,
            Spellings.NotificationDelivered,
            Spellings.NotificationGivenUp
        );
        var limit = Options.Number("--limit", "Maximum number of notifications.", 1, 100, standard: 20);
        var command = new Command("notifications", "List the notifications of alerts to the webhook, newest first.")
        {
            status,
            limit,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var filter = parsed.GetValue(status) is { } wanted ? $"status={wanted}&" : "";
                var response = await api.Get(
                    $"operations/alerts/notifications?{filter}limit={parsed.GetValue(limit)}",
                    cancellationToken
                );
                var notifications = response.As<AlertNotificationsResponse>();
                if (host.Json(parsed))
                    terminal.WriteLine(response.Indented());
                else
                    Write(terminal, notifications);
                return ExitCode.Done;
            }
        );
        return command;
    }

    static void Write(Terminal terminal, AlertNotificationsResponse notifications)
    {
        if (notifications.Items.Count == 0)
        {
            terminal.WriteNote("There is no notification.");
            return;
        }
        terminal.Table(
            [
                new("Notification", IsKey: true),
                new("Alert"),
                new("On"),
                new("Event"),
                new("Created"),
                new("Status"),
                new("Attempts", IsNumber: true),
                new("Last error"),
            ],
            notifications.Items.Select(
                IReadOnlyList<string> (notification) =>
                    [
                        $"{notification.Id}",
                        notification.Alert,
                        notification.Subject ?? "",
                        notification.Event,
                        Text.Instant(notification.CreatedAt),
                        notification.Status,
                        $"{notification.Attempts}",
                        notification.LastError ?? "",
                    ]
            )
        );
        if (notifications.NextCursor is not null)
            terminal.WriteNote("There are more notifications. Use --limit to show more.");
    }
}
