using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.Subscriptions;

/// <summary><c>subscriptions retry</c> and <c>skip</c>: deal with a parked event.</summary>
internal static class HandleParkedEvent
{
    public static IEnumerable<Command> Make(Terminal terminal, HostOptions host) =>
        [
            Make(
                terminal,
                host,
                "retry",
                "Try once more to apply a parked event.",
                "The event will be retried within seconds."
            ),
            Make(
                terminal,
                host,
                "skip",
                "Leave a parked event out for good.",
                "The event is left out. It stays in the event log."
            ),
        ];

    static Command Make(Terminal terminal, HostOptions host, string verb, string description, string done)
    {
        var name = SubscriptionsCommand.Name();
        var position = new Argument<long>("position") { Description = "The event's position, which parked shows." };
        var reason = Options.Reason();
        var command = new Command(verb, description) { name, position, reason };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var response = await api.Post(
                    $"operations/subscriptions/{Uri.EscapeDataString(parsed.GetValue(name)!)}/parked-events/{parsed.GetValue(position)}/{verb}",
                    new { Reason = parsed.GetValue(reason) },
                    cancellationToken
                );
                terminal.WriteLine(host.Json(parsed) ? response.Indented() : done);
                return ExitCode.Done;
            }
        );
        return command;
    }
}
