using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.Schemas;

/// <summary><c>schemas list</c>: lists the events and the versions of their schemas.</summary>
internal static class ListSchemas
{
    public static Command Make(Terminal terminal, HostOptions host)
    {
        var all = new Option<bool>("--all") { Description = "Include older versions." };
        var command = new Command("list", "List the events with the newest version of their schemas.") { all };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var response = await api.Get($"schemas/schemas?latestOnly={!parsed.GetValue(all)}", cancellationToken);
                if (host.Json(parsed))
                    terminal.WriteLine(response.Indented());
                else
                    terminal.Table(
                        [
                            new("Event", IsKey: true),
                            new("Version", IsNumber: true),
                            new("Id", IsNumber: true),
                            new("Meaning"),
                        ],
                        response
                            .As<IReadOnlyList<SchemaResponse>>()
                            .Select(schema =>
                                (IReadOnlyList<string>)
                                    [
                                        schema.Subject,
                                        $"{schema.Version}",
                                        $"{schema.Id}",
                                        SchemaMember.In(schema.Schema)[0].Meaning,
                                    ]
                            )
                    );
                return ExitCode.Done;
            }
        );
        return command;
    }
}
