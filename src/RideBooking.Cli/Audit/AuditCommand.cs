using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.Audit;

/// <summary><c>ridebooking audit</c>: verifies the event log and all rides.</summary>
internal static class AuditCommand
{
    public static Command Make(Terminal terminal)
    {
        var host = new HostOptions();
        var noWait = new Option<bool>("--no-wait") { Description = "Do not wait for the end of the audit." };
        var reason = Options.OptionalReason();
        var command = new Command(
            "audit",
            "Verify that every ride equals its events, and that no event is missing or was changed. Rides continue meanwhile."
        )
        {
            noWait,
            reason,
            FollowAudit.Make(terminal, host),
            CancelAudit.Make(terminal, host),
            ListActions.Make(terminal, host),
            ExportActions.Make(terminal, host),
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var audit = await api.Post(
                    "operations/audits",
                    new { Reason = parsed.GetValue(reason) },
                    cancellationToken
                );
                if (!parsed.GetValue(noWait))
                    return await FollowAudit.ToItsEnd(api, terminal, audit, host.Json(parsed), cancellationToken);
                terminal.WriteLine(host.Json(parsed) ? audit.Indented() : $"{audit.As<AuditResponse>().Id}");
                return ExitCode.Done;
            }
        );
        host.AddTo(command);
        return command;
    }
}
