using System.CommandLine;
using System.Text.Json;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.Schemas;

/// <summary><c>schemas diff</c>: lists the members that differ between two versions of an event.</summary>
internal static class DiffSchemas
{
    public static Command Make(Terminal terminal, HostOptions host)
    {
        var subject = SchemasCommand.Event();
        var from = new Argument<string>("from") { Description = "A version, or a file with a JSON Schema." };
        var to = new Argument<string>("to")
        {
            Description = "A version, or a file with a JSON Schema. Default: the newest version.",
            DefaultValueFactory = _ => "latest",
        };
        var command = new Command("diff", "List the members that differ between two versions of an event.")
        {
            subject,
            from,
            to,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var before = await Members(from);
                var after = await Members(to);
                var rows = Differences(before, after).ToList();
                if (host.Json(parsed))
                    terminal.WriteLine(
                        JsonSerializer.Serialize(
                            rows.Select(row => new
                            {
                                Change = row[0],
                                Member = row[1],
                                Before = row[2],
                                After = row[3],
                            }),
                            Responses.Json
                        )
                    );
                else if (rows.Count == 0)
                    terminal.WriteNote("No member differs.");
                else
                    terminal.Table([new("Change"), new("Member", IsKey: true), new("Before"), new("After")], rows);
                return ExitCode.Done;

                async Task<IReadOnlyList<SchemaMember>> Members(Argument<string> argument) =>
                    SchemaMember.In(
                        await Schema(
                            api,
                            parsed.GetRequiredValue(subject),
                            parsed.GetRequiredValue(argument),
                            cancellationToken
                        )
                    );
            }
        );
        return command;
    }

    static async Task<string> Schema(HostApi api, string subject, string source, CancellationToken cancellationToken) =>
        source == "latest" || int.TryParse(source, out _)
            ? (await api.Get(SchemasCommand.PathOf(subject, source), cancellationToken)).As<SchemaResponse>().Schema
            : await SchemasCommand.Read(source, cancellationToken);

    static IEnumerable<IReadOnlyList<string>> Differences(
        IReadOnlyList<SchemaMember> before,
        IReadOnlyList<SchemaMember> after
    )
    {
        var (old, own) = (before.ToDictionary(member => member.Path), after.ToDictionary(member => member.Path));
        foreach (var path in old.Keys.Union(own.Keys))
        {
            var (was, now) = (old.GetValueOrDefault(path)?.Kind ?? "", own.GetValueOrDefault(path)?.Kind ?? "");
            if (was != now)
                yield return
                [
                    was.Length == 0 ? "added"
                    : now.Length == 0 ? "removed"
                    : "changed",
                    path,
                    was,
                    now,
                ];
        }
    }
}
