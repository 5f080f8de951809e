using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.ErrorQueues;

/// <summary><c>error-queues pause</c>, <c>resume</c> and <c>cancel</c>: control a redrive.</summary>
internal static class ControlRedrive
{
    public static IEnumerable<Command> Make(Terminal terminal, HostOptions host) =>
        [
            Make(terminal, host, "pause", "Pause a redrive. Messages that were not sent stay selected."),
            Make(terminal, host, "resume", "Resume a paused redrive."),
            Make(terminal, host, "cancel", "Cancel a redrive. Messages that were not sent are failed messages again."),
        ];

    static Command Make(Terminal terminal, HostOptions host, string verb, string description)
    {
        var id = Options.IdArgument("redrive", "The redrive's id.");
        var reason = Options.Reason();
        var command = new Command(verb, description) { id, reason };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var response = await api.Post(
                    $"operations/redrives/{parsed.GetValue(id)}/{verb}",
                    new { Reason = parsed.GetValue(reason) },
                    cancellationToken
                );
                var redrive = response.As<RedriveResponse>();
                terminal.WriteLine(
                    host.Json(parsed)
                        ? response.Indented()
                        : $"The redrive is {redrive.Status}: {redrive.Sent} of {redrive.Selected} sent."
                );
                return ExitCode.Done;
            }
        );
        return command;
    }
}
