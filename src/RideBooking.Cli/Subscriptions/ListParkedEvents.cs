using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.Subscriptions;

/// <summary><c>subscriptions parked</c>: lists the events that a subscription could not apply.</summary>
internal static class ListParkedEvents
{
    public static Command Make(Terminal terminal, HostOptions host)
    {
        var name = SubscriptionsCommand.Name();
        var limit = Options.Number("--limit", "Maximum number of events.", 1, 100, standard: 20);
        var command = new Command("parked", "List the parked events of a subscription, oldest first.") { name, limit };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var response = await api.Get(
                    $"operations/subscriptions/{Uri.EscapeDataString(parsed.GetValue(name)!)}/parked-events?limit={parsed.GetValue(limit)}",
                    cancellationToken
                );
                var events = response.As<ParkedEventsResponse>();
                if (host.Json(parsed))
                    terminal.WriteLine(response.Indented());
                else if (events.Items.Count == 0)
                    terminal.WriteNote("The subscription has parked no event.");
                else
                    foreach (var parked in events.Items)
                        terminal.Entry(
                            $"{parked.Position}",
                            $"{parked.EventType} {parked.Version} of {parked.StreamId}, parked {Text.Instant(parked.ParkedAt)}"
                                + (parked.RetryRequestedAt is null ? "" : ", will be retried"),
                            parked.Error
                        );
                if (events.NextCursor is not null && !host.Json(parsed))
                    terminal.WriteNote("There are more events. Use --limit to show more.");
                return ExitCode.Done;
            }
        );
        return command;
    }
}
