using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.Archives;

/// <summary><c>archive list</c>: lists the archives of the event log.</summary>
internal static class ListArchives
{
    public static Command Make(Terminal terminal, HostOptions host)
    {
        var limit = Options.Number("--limit", "Maximum number of archives.", 1, 100, standard: 20);
        var command = new Command("list", "List the archives, newest first.") { limit };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var archives = await api.Get($"operations/archives?limit={parsed.GetValue(limit)}", cancellationToken);
                if (host.Json(parsed))
                {
                    terminal.WriteLine(archives.Indented());
                    return ExitCode.Done;
                }
                terminal.Table(
                    [
                        new("Archive", IsKey: true),
                        new("From", IsNumber: true),
                        new("To", IsNumber: true),
                        new("Events", IsNumber: true),
                        new("Streams", IsNumber: true),
                        new("Bytes", IsNumber: true),
                        new("In"),
                        new("Written"),
                    ],
                    archives
                        .As<ArchivesResponse>()
                        .Items.Select(row =>
                            (IReadOnlyList<string>)
                                [
                                    $"{row.Id}",
                                    $"{row.FirstPosition}",
                                    $"{row.LastPosition}",
                                    $"{row.Events}",
                                    $"{row.Streams}",
                                    $"{row.Size}",
                                    row.IsFile ? "file" : "database",
                                    Text.Instant(row.CreatedAt),
                                ]
                        )
                );
                return ExitCode.Done;
            }
        );
        return command;
    }
}
