using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.Webhooks;

/// <summary><c>webhooks redrive</c>: lets the hosts send a delivery now that has failed, or waits for its next attempt.</summary>
internal static class RedriveDelivery
{
    public static Command Make(Terminal terminal, HostOptions host)
    {
        var id = Options.IdArgument("delivery", "The id that list shows.");
        var reason = Options.Reason();
        var command = new Command("redrive", "Send a delivery now that has failed, or waits for its next attempt.")
        {
            id,
            reason,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var response = await api.Post(
                    $"operations/webhook-deliveries/{parsed.GetValue(id)}/redrive",
                    new { Reason = parsed.GetValue(reason) },
                    cancellationToken
                );
                var state = response.As<DeliveryResponse>().State;
                terminal.WriteLine(
                    host.Json(parsed) ? response.Indented()
                    : state == Spellings.DeliveryDelivered ? "It is delivered."
                    : "A host sends it within seconds."
                );
                return ExitCode.Done;
            }
        );
        return command;
    }
}
