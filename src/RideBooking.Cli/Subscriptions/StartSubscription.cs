using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.Subscriptions;

/// <summary><c>subscriptions start</c>: lets a stopped subscription go on.</summary>
internal static class StartSubscription
{
    public static Command Make(Terminal terminal, HostOptions host)
    {
        var name = SubscriptionsCommand.Name();
        var reason = Options.Reason();
        var command = new Command("start", "Start a subscription that is stopped.") { name, reason };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var response = await api.Post(
                    $"operations/subscriptions/{Uri.EscapeDataString(parsed.GetValue(name)!)}/start",
                    new { Reason = parsed.GetValue(reason) },
                    cancellationToken
                );
                terminal.WriteLine(
                    host.Json(parsed)
                        ? response.Indented()
                        : $"The subscription reads from position {response.As<SubscriptionResponse>().Position}."
                );
                return ExitCode.Done;
            }
        );
        return command;
    }
}
