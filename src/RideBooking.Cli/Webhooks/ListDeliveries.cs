using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.Webhooks;

/// <summary><c>webhooks list</c>: lists the deliveries to partners.</summary>
internal static class ListDeliveries
{
    public static Command Make(Terminal terminal, HostOptions host)
    {
        var state = new Option<string?>("--state")
        {
            Description = "Only deliveries in this state.",
            HelpName = "state",
        };
        state.AcceptOnlyFromAmong(Spellings.DeliveryPending, Spellings.DeliveryDelivered, Spellings.DeliveryFailed);
        var limit = Options.Number("--limit", "Maximum number of deliveries.", 1, 100, standard: 20);
        var command = new Command("list", "List the deliveries to partners, newest first.") { state, limit };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var filter = parsed.GetValue(state) is { } wanted ? $"state={wanted}&" : "";
                var response = await api.Get(
                    $"operations/webhook-deliveries?{filter}limit={parsed.GetValue(limit)}",
                    cancellationToken
                );
                var deliveries = response.As<DeliveriesResponse>();
                if (host.Json(parsed))
                    terminal.WriteLine(response.Indented());
                else
                    Write(terminal, deliveries);
                return ExitCode.Done;
            }
        );
        return command;
    }

    static void Write(Terminal terminal, DeliveriesResponse deliveries)
    {
        if (deliveries.Items.Count == 0)
        {
            terminal.WriteNote("There is no delivery.");
            return;
        }
        terminal.Table(
            [
                new("Delivery", IsKey: true),
                new("Event"),
                new("Of"),
                new("Partner"),
                new("Created"),
                new("State"),
                new("Attempts", IsNumber: true),
                new("Last error"),
            ],
            deliveries.Items.Select(
                IReadOnlyList<string> (delivery) =>
                    [
                        $"{delivery.Id}",
                        delivery.EventType,
                        delivery.StreamId,
                        delivery.Recipient,
                        Text.Instant(delivery.CreatedAt),
                        delivery.State,
                        $"{delivery.Attempts}",
                        delivery.LastError ?? "",
                    ]
            )
        );
        if (deliveries.NextCursor is not null)
            terminal.WriteNote("There are more deliveries. Use --limit to show more.");
    }
}
