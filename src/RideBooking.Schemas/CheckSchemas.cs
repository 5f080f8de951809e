using System.Text.Json;
using System.Text.Json.Nodes;
using RideBooking.EventLog;
using RideBooking.Schemas.Export;

namespace RideBooking.Schemas;

/// <summary>Compares the checked-in schemas with the records, and each version of an event with the others.</summary>
/// <remarks>The build of the host runs it, so no commit that builds breaks a released version.</remarks>
internal sealed class CheckSchemas
{
    /// <summary>The variable that lets the check write what is missing, if its value is 1.</summary>
    public const string Update = "RIDEBOOKING_UPDATE_GENERATED";

    readonly string _folder;
    readonly IReadOnlyCollection<EventType> _events;
    readonly Lazy<EventUsage> _usage;
    SchemaRegistry _registry;
    readonly List<Exported> _exported;
    readonly List<string> _problems = [];

    CheckSchemas(string folder, IReadOnlyCollection<EventType> events, Lazy<EventUsage> usage)
    {
        (_folder, _events, _usage) = (folder, events, usage);
        _registry = SchemaRegistry.In(folder);
        _exported =
        [
            .. events
                .OrderBy(type => type.Name, StringComparer.Ordinal)
                .ThenBy(type => type.Version)
                .Select(type => new Exported(type, ExportSchema.Of(type))),
        ];
    }

    /// <summary>Checks the schemas and the corpus in two folders, and reports the problems as a compiler does.</summary>
    /// <remarks>It runs in the output of the host, beside all modules.</remarks>
    static int Main(string[] args)
    {
        var update = Environment.GetEnvironmentVariable(Update) == "1";
        var problems = In(
            folder: Path.GetFullPath(args[0]),
            [.. EventCatalogue.Published.All],
            new Lazy<EventUsage>(EventUsage.InThisFolder),
            update
        );
        if (problems.Count == 0)
            problems = CheckCorpus.In(Path.GetFullPath(args[1]), EventCatalogue.Published, update);
        foreach (var problem in problems)
            Console.Error.WriteLine(problem);
        return problems.Count == 0 ? 0 : 1;
    }

    /// <summary>Checks the schemas in a folder.</summary>
    /// <param name="folder">The folder in which the schemas are checked in.</param>
    /// <param name="events">The events and their records.</param>
    /// <param name="usage">The consumers of the events, and the readers of their members, which the problems name.</param>
    /// <param name="update">Whether to write the schemas of new versions, and new descriptions and examples of others.</param>
    /// <returns>The problems, each in the form in which a compiler reports an error; empty if there are none.</returns>
    public static IReadOnlyList<string> In(
        string folder,
        IReadOnlyCollection<EventType> events,
        Lazy<EventUsage> usage,
        bool update
    )
    {
        var check = new CheckSchemas(folder, events, usage);
        check.Records();
        check.Versions();
        // A file that is not up to date is only a consequence of these.
        if (check._problems.Count > 0)
            return check._problems;
        if (update)
            check.Write();
        check.Files();
        return check._problems;
    }

    /// <summary>A record never changes its meaning, and has an example.</summary>
    void Records()
    {
        foreach (var (type, schema) in _exported)
        {
            if (schema["examples"]!.AsArray().Count == 0)
                Report(
                    type.Name,
                    type.Version,
                    "example_missing",
                    $"Add an example of {type.Type.Name} to {nameof(Examples)}.cs."
                );
            if (Released(type) is not { } released || released.Fingerprint == SchemaMeaning.Fingerprint(schema))
                continue;
            var members = _registry.Of(type.Name).FirstOrDefault(known => known.Version == type.Version) is { } known
                ? Changed(known.Parse(), schema)
                : "";
            Report(
                type.Name,
                type.Version,
                "record_changed",
                $"{type.Type.Name} changed{members} after its release. A record never changes its meaning: restore it, and "
                    + $"add a record with Version = {_events.Where(other => other.Name == type.Name).Max(other => other.Version) + 1}. "
                    + $"Only if no installation has ever had the version, delete its line in {SchemaRegistry.Index}."
            );
        }
        foreach (var version in _registry.Versions)
            if (!_events.Any(type => type.Name == version.Subject && type.Version == version.Version))
                Report(
                    version.Subject,
                    version.Version,
                    "record_missing",
                    "The version was released, and its record is missing. Events of it are in the log: restore the record."
                );
    }

    /// <summary>Each version understands the others, as the event's level demands.</summary>
    void Versions()
    {
        foreach (var subject in _exported.GroupBy(exported => exported.Type.Name))
        {
            var level = _registry.LevelOf(subject.Key);
            List<(int Version, JsonNode Schema)> earlier = [];
            foreach (var (type, schema) in subject)
            {
                foreach (var incompatibility in Compatibility.Check(level, schema, earlier))
                    Report(
                        type.Name,
                        type.Version,
                        "schema_incompatible",
                        $"{level.Spelling()}, {incompatibility}.",
                        incompatibility.Mismatch.Member
                    );
                earlier.Add((type.Version, schema));
            }
        }
    }

    /// <summary>The checked-in files are those of the records.</summary>
    void Files()
    {
        foreach (var (type, schema) in _exported)
            if (Released(type) is null)
                Report(type.Name, type.Version, "schema_missing", $"The version has no schema yet. {Advice}");
            else if (!IsWritten(type, schema))
                Report(type.Name, type.Version, "schema_stale", $"The file is not what the record says. {Advice}");
    }

    void Write()
    {
        var id = _registry.Versions.Select(version => version.Id).DefaultIfEmpty().Max();
        var added = _exported
            .Where(exported => Released(exported.Type) is null)
            .Select(exported => new ReleasedVersion(
                ++id,
                exported.Type.Name,
                exported.Type.Version,
                SchemaMeaning.Fingerprint(exported.Schema)
            ))
            .ToList();
        foreach (var (type, schema) in _exported)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(FileOf(type))!);
            if (!IsWritten(type, schema))
                File.WriteAllText(FileOf(type), Text(schema));
        }
        if (added.Count == 0)
            return;
        File.WriteAllText(Path.Combine(_folder, SchemaRegistry.Index), _registry.IndexWith(added));
        _registry = SchemaRegistry.In(_folder);
    }

    const string Advice = $"Write it with: {Update}=1 dotnet build src/RideBooking.Host";

    void Report(string subject, int version, string rule, string text, params string[] members) =>
        _problems.Add(
            $"{Path.Combine(_folder, SchemaRegistry.PathOf(subject, version))} : error {rule}: {subject} version {version}: "
                + string.Join(
                    ' ',
                    members.Select(member => ReadersOf(subject, member)).Prepend(ConsumersOf(subject)).Prepend(text)
                )
        );

    string ConsumersOf(string subject)
    {
        var records = RecordsOf(subject);
        var consumers = _usage
            .Value.Consumers.Where(consumer => records.Contains(consumer.Event))
            .Select(consumer => $"{consumer.Module}.{consumer.Consumer}")
            .Distinct()
            .Order(StringComparer.Ordinal)
            .ToList();
        return consumers.Count == 0 ? "No module consumes it." : $"Its consumers: {string.Join(", ", consumers)}.";
    }

    string ReadersOf(string subject, string path)
    {
        var member = path.Split('.', '[')[0];
        var readers = RecordsOf(subject)
            .SelectMany(record => _usage.Value.ReadersOf(record, member))
            .Distinct()
            .Order(StringComparer.Ordinal)
            .ToList();
        return readers.Count == 0
            ? $"No module reads '{member}'."
            : $"'{member}' is read by {string.Join(", ", readers)}.";
    }

    HashSet<Type> RecordsOf(string subject) =>
        [.. _events.Where(type => type.Name == subject).Select(type => type.Type)];

    static string Changed(JsonNode before, JsonNode now)
    {
        var (old, own) = (SchemaMeaning.Members(before), SchemaMeaning.Members(now));
        var changed = old
            .Keys.Union(own.Keys)
            .Where(path => path.Length > 0 && old.GetValueOrDefault(path) != own.GetValueOrDefault(path))
            .Select(path =>
                !own.ContainsKey(path) ? $"'{path}' was removed"
                : !old.ContainsKey(path) ? $"'{path}' was added"
                : $"'{path}' is different"
            )
            .ToList();
        return changed.Count == 0 ? " which members are required" : $" ({string.Join(", ", changed)})";
    }

    ReleasedVersion? Released(EventType type) =>
        _registry.Versions.FirstOrDefault(version => version.Subject == type.Name && version.Version == type.Version);

    bool IsWritten(EventType type, JsonNode schema) =>
        File.Exists(FileOf(type)) && File.ReadAllText(FileOf(type)).ReplaceLineEndings("\n") == Text(schema);

    string FileOf(EventType type) => Path.Combine(_folder, SchemaRegistry.PathOf(type.Name, type.Version));

    static string Text(JsonNode schema) => schema.ToJsonString(JsonFile.Format) + "\n";

    sealed record Exported(EventType Type, JsonObject Schema);
}
