using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.Audit;

/// <summary><c>audit cancel</c>: cancels an audit.</summary>
internal static class CancelAudit
{
    public static Command Make(Terminal terminal, HostOptions host)
    {
        var id = Options.IdArgument("audit", "The audit's id.");
        var reason = Options.OptionalReason();
        var command = new Command("cancel", "Cancel an audit.") { id, reason };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var audit = await api.Post(
                    $"operations/audits/{parsed.GetValue(id)}/cancel",
                    new { Reason = parsed.GetValue(reason) },
                    cancellationToken
                );
                terminal.WriteLine(
                    host.Json(parsed) ? audit.Indented() : $"The audit is {audit.As<AuditResponse>().Status}."
                );
                return ExitCode.Done;
            }
        );
        return command;
    }
}
