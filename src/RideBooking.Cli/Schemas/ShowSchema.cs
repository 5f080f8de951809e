using System.CommandLine;
using System.Text.Json;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.Schemas;

/// <summary><c>schemas show</c>: shows the members of an event, and an example.</summary>
internal static class ShowSchema
{
    public static Command Make(Terminal terminal, HostOptions host)
    {
        var subject = SchemasCommand.Event();
        var version = new Argument<string>("version")
        {
            Description = "The version. Default: the newest.",
            DefaultValueFactory = _ => "latest",
        };
        var command = new Command("show", "Show the members of an event, and an example.") { subject, version };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var response = await api.Get(
                    SchemasCommand.PathOf(parsed.GetRequiredValue(subject), parsed.GetRequiredValue(version)),
                    cancellationToken
                );
                if (host.Json(parsed))
                    terminal.WriteLine(response.Indented());
                else
                    Write(terminal, response.As<SchemaResponse>());
                return ExitCode.Done;
            }
        );
        return command;
    }

    static void Write(Terminal terminal, SchemaResponse schema)
    {
        var members = SchemaMember.In(schema.Schema);
        terminal.WriteNote($"{schema.Subject} version {schema.Version}, schema {schema.Id}. {members[0].Meaning}");
        terminal.Table(
            [new("Member", IsKey: true), new("Type"), new("Required"), new("Meaning")],
            members
                .Skip(1)
                .Select(member =>
                    (IReadOnlyList<string>)[member.Path, member.Type, member.IsRequired ? "yes" : "no", member.Meaning]
                )
        );
        if (terminal.IsPiped)
            return;
        terminal.Heading("Example");
        foreach (var example in JsonElement.Parse(schema.Schema).GetProperty("examples").EnumerateArray())
            terminal.WriteLine(example.Indented());
    }
}
