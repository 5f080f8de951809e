using System.CommandLine;
using System.Text.Json;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.Audit;

/// <summary><c>audit follow</c>: shows the progress of an audit until it ends, then what it found.</summary>
internal static class FollowAudit
{
    public static Command Make(Terminal terminal, HostOptions host)
    {
        var id = Options.IdArgument("audit", "The audit's id.");
        var command = new Command("follow", "Show an audit's progress until it ends, then what it found.") { id };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var audit = await api.Get($"operations/audits/{parsed.GetValue(id)}", cancellationToken);
                return await ToItsEnd(api, terminal, audit, host.Json(parsed), cancellationToken);
            }
        );
        return command;
    }

    /// <summary>Shows the progress until the audit ends, then its result.</summary>
    /// <returns>The command's exit code.</returns>
    public static async Task<int> ToItsEnd(
        HostApi api,
        Terminal terminal,
        JsonElement audit,
        bool json,
        CancellationToken cancellationToken
    )
    {
        var id = audit.As<AuditResponse>().Id;
        if (!terminal.ShowsProgress)
            terminal.WriteNote($"Audit {id} started.");
        audit = await FollowWork.ToItsEnd(
            api,
            terminal,
            $"operations/audits/{id}",
            audit,
            now => ProgressOf(now.As<AuditResponse>()),
            "audit",
            $"ridebooking audit follow {id}",
            cancellationToken
        );
        return Write(terminal, audit, json);
    }

    static Progress ProgressOf(AuditResponse audit) =>
        new(
            audit.Status == Spellings.WorkRunning && audit.LastPosition > 0 && audit.Position >= audit.LastPosition
                ? "Comparing again the rides that changed meanwhile"
                : $"Verified {audit.Position} of {audit.LastPosition} events, {audit.Rides} rides",
            audit.Position,
            audit.LastPosition
        );

    static int Write(Terminal terminal, JsonElement response, bool json)
    {
        var audit = response.As<AuditResponse>();
        if (json)
            terminal.WriteLine(response.Indented());
        else
        {
            if (audit.Deviations.Count > 0)
                terminal.Table(
                    [
                        new("Ride or stream", IsKey: true),
                        new("Position", IsNumber: true),
                        new("Event", IsKey: true),
                        new("Field"),
                        new("Expected"),
                        new("Actual"),
                    ],
                    audit.Deviations.Select(deviation =>
                        (IReadOnlyList<string>)
                            [
                                deviation.StreamId ?? "",
                                $"{deviation.Position}",
                                $"{deviation.EventId}",
                                deviation.Field,
                                deviation.Expected ?? "nothing",
                                deviation.Actual ?? "nothing",
                            ]
                    )
                );
            terminal.WriteNote(
                $"Audit {audit.Id} {audit.Status}: {Text.Count(audit.Position, "event")} and {Text.Count(audit.Rides, "ride")} verified, {Text.Count(audit.DeviationCount, "deviation")}."
            );
        }
        if (audit.Status != Spellings.WorkCompleted)
            throw new CommandFailedException(ExitCode.Failed, $"The audit was {audit.Status}.");
        return audit.DeviationCount == 0 ? ExitCode.Done : ExitCode.Deviations;
    }
}
