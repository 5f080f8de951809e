using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.Alerts;

/// <summary><c>alerts retry</c>: lets the hosts send a notification now that they have given up, or try later.</summary>
internal static class RetryNotification
{
    public static Command Make(Terminal terminal, HostOptions host)
    {
        var id = Options.IdArgument("notification", "The id that notifications shows.");
        var reason = Options.Reason();
        var command = new Command("retry", "Send a notification now that was given up, or waits for its next attempt.")
        {
            id,
            reason,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var response = await api.Post(
                    $"operations/alerts/notifications/{parsed.GetValue(id)}/retry",
                    new { Reason = parsed.GetValue(reason) },
                    cancellationToken
                );
                var status = response.As<AlertNotificationResponse>().Status;
                terminal.WriteLine(
                    host.Json(parsed) ? response.Indented()
                    : status == Spellings.NotificationDelivered ? "The notification is delivered."
                    : "A host sends the notification within seconds."
                );
                return ExitCode.Done;
            }
        );
        return command;
    }
}
