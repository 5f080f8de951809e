using System.CommandLine;
using System.Globalization;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.Audit;

/// <summary><c>audit export</c>: writes operators' actions as CSV.</summary>
internal static class ExportActions
{
    public static Command Make(Terminal terminal, HostOptions host)
    {
        var from = new Option<DateTimeOffset?>("--from")
        {
            Description = "Only actions at this time or later, such as 2026-01-31T08:00:00Z.",
            HelpName = "time",
        };
        var until = new Option<DateTimeOffset?>("--until")
        {
            Description = "Only actions before this time.",
            HelpName = "time",
        };
        var command = new Command("export", "Write operators' actions as CSV, oldest first.") { from, until };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
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
