using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.Endpoints;

/// <summary><c>endpoints pause</c> and <c>resume</c>: control whether the hosts consume an endpoint's queue.</summary>
internal static class ControlEndpoint
{
    public static IEnumerable<Command> Make(Terminal terminal, HostOptions host) =>
        [
            Make(
                terminal,
                host,
                "pause",
                "Pause an endpoint on all hosts. Its messages wait in its queue.",
                "The hosts stop to consume it within seconds."
            ),
            Make(terminal, host, "resume", "Resume a paused endpoint.", "The hosts consume it again within seconds."),
        ];

    static Command Make(Terminal terminal, HostOptions host, string verb, string description, string done)
    {
        var name = EndpointsCommand.Name();
        var reason = Options.Reason();
        var command = new Command(verb, description) { name, reason };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var response = await api.Post(
                    $"{EndpointsCommand.Path(parsed.GetValue(name)!)}/{verb}",
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
