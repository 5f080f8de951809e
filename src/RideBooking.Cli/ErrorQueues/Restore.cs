using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.ErrorQueues;

/// <summary><c>error-queues restore</c>: makes discarded messages failed messages again.</summary>
internal static class Restore
{
    public static Command Make(Terminal terminal, HostOptions host)
    {
        var targets = new Targets(required: true);
        var reason = Options.Reason();
        var command = new Command("restore", "Put discarded messages back; show --discarded lists them.") { reason };
        targets.AddTo(command);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var response = await api.Post(
                    "operations/failed-messages/restore",
                    new { Selection = targets.Selection(parsed), Reason = parsed.GetValue(reason) },
                    cancellationToken
                );
                var done = response.As<RestoredResponse>();
                terminal.WriteLine(
                    host.Json(parsed)
                        ? response.Indented()
                        : $"{Text.Count(done.Restored, "message")} restored{(done.NotFound > 0 ? $", {done.NotFound} not found among the discarded messages" : "")}."
                );
                return done is { Restored: 0, NotFound: > 0 } ? ExitCode.NotFound : ExitCode.Done;
            }
        );
        return command;
    }
}
