using System.CommandLine;
using System.Globalization;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.Audit;

/// <summary><c>audit export</c>: writes operators' actions as CSV.</summary>
internal static class ExportActions
{
    public static Command Make(Terminal terminal, HostOptions host)
    {
        var from = Options.Time("--from", "Only actions at this time or later, such as 2026-01-31T08:00:00Z.");
        var until = Options.Time("--until", "Only actions before this time.");
        var command = new Command("export", "Write operators' actions as CSV, oldest first.") { from, until };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                if (host.Json(parsed))
                    throw new CommandFailedException(
                        ExitCode.Usage,
                        "audit export writes CSV. Use audit actions for JSON."
                    );
                using var api = await host.Connect(parsed, cancellationToken);
                var query = string.Join(
                    '&',
                    new (string Name, DateTimeOffset? Value)[]
                    {
                        ("from", parsed.GetValue(from)),
                        ("until", parsed.GetValue(until)),
                    }
                        .Where(pair => pair.Value is not null)
                        .Select(pair =>
                            $"{pair.Name}={Uri.EscapeDataString(pair.Value!.Value.ToString("O", CultureInfo.InvariantCulture))}"
                        )
                );
                await api.Download($"operations/audit/export?{query}", terminal.Out, cancellationToken);
                return ExitCode.Done;
            }
        );
        return command;
    }
}
