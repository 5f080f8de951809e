using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.Archives;

/// <summary><c>archive run</c>: lets a host archive finished rides now.</summary>
internal static class RunArchiver
{
    public static Command Make(Terminal terminal, HostOptions host)
    {
        var reason = Options.Reason();
        var command = new Command("run", "Archive finished rides now, and not only at the next hour.") { reason };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var state = await api.Post(
                    "operations/archives",
                    new { Reason = parsed.GetValue(reason) },
                    cancellationToken
                );
                terminal.WriteLine(
                    host.Json(parsed) ? state.Indented()
                    : state.As<ArchivingResponse>().IsRunning ? "A host is already archiving finished rides."
                    : "A host archives finished rides within a minute. Its log and archive list show the result."
                );
                return ExitCode.Done;
            }
        );
        return command;
    }
}
