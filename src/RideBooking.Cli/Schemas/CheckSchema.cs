using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.Schemas;

/// <summary><c>schemas check</c>: tests whether the schema in a file could be the next version of an event.</summary>
internal static class CheckSchema
{
    public static Command Make(Terminal terminal, HostOptions host)
    {
        var subject = SchemasCommand.Event();
        var file = new Argument<string>("file") { Description = "The file with the JSON Schema." };
        var command = new Command(
            "check",
            "Test whether the schema in a file could be the next version of an event. Exit code 1 if not."
        )
        {
            subject,
            file,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var schema = await SchemasCommand.Read(parsed.GetRequiredValue(file), cancellationToken);
                using var api = await host.Connect(parsed, cancellationToken);
                var name = Uri.EscapeDataString(parsed.GetRequiredValue(subject));
                var response = await api.Post(
                    $"schemas/compatibility/subjects/{name}/versions?verbose=true",
                    new { schema, schemaType = "JSON" },
                    cancellationToken
                );
                var result = response.As<CompatibilityResponse>();
                if (host.Json(parsed))
                    terminal.WriteLine(response.Indented());
                else if (result.IsCompatible)
                {
                    var level = (await api.Get($"schemas/config/{name}", cancellationToken)).As<LevelResponse>();
                    terminal.WriteLine($"Compatible ({level.CompatibilityLevel}).");
                }
                else
                    foreach (var reason in result.Messages ?? [])
                        terminal.WriteLine(reason);
                return result.IsCompatible ? ExitCode.Done : ExitCode.Failed;
            }
        );
        return command;
    }
}
