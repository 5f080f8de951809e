using System.Text.Json;
using System.Text.Json.Nodes;
using MassTransit.Serialization;
using RideBooking.EventLog;
using RideBooking.Platform.Messaging;
using RideBooking.Schemas.Export;

namespace RideBooking.Schemas;

/// <summary>Reads events of every version that was ever released, as the log has kept them, in every version of today.</summary>
/// <remarks>
/// The corpus has one file per version, written with its schema and never changed. The build of the host reads all of it, so no
/// commit that builds makes an old event unreadable.
/// </remarks>
internal sealed class CheckCorpus
{
    readonly string _folder;
    readonly EventCatalogue _events;
    readonly List<string> _problems = [];

    CheckCorpus(string folder, EventCatalogue events) => (_folder, _events) = (folder, events);

    /// <summary>Checks the corpus in a folder.</summary>
    /// <param name="folder">The folder in which the corpus is checked in.</param>
    /// <param name="events">The events of today.</param>
    /// <param name="update">Whether to write the file of a version that has none.</param>
    /// <returns>The problems, each in the form in which a compiler reports an error; empty if there are none.</returns>
    public static IReadOnlyList<string> In(string folder, EventCatalogue events, bool update)
    {
        RequiredMembers.Enforce();
        var check = new CheckCorpus(folder, events);
        foreach (var type in events.All.OrderBy(type => type.Name, StringComparer.Ordinal).ThenBy(type => type.Version))
            check.Version(type, update);
        return check._problems;
    }

    /// <summary>Returns the payloads of a version.</summary>
    public static IReadOnlyList<string> Payloads(string folder, EventType type) =>
        [
            .. JsonNode
                .Parse(File.ReadAllText(FileOf(folder, type)))!
                .AsArray()
                .Select(payload => payload!.ToJsonString()),
        ];

    void Version(EventType type, bool update)
    {
        var file = FileOf(_folder, type);
        if (!File.Exists(file))
        {
            if (!update)
            {
                Report(
                    type,
                    "corpus_missing",
                    $"The version has no file yet. Write it with: {CheckSchemas.Update}=1 dotnet build src/RideBooking.Host"
                );
                return;
            }
            Directory.CreateDirectory(_folder);
            File.WriteAllText(file, PayloadsFor(type).ToJsonString(JsonFile.Format) + "\n");
        }
        foreach (var (payload, number) in Payloads(_folder, type).Select((payload, index) => (payload, index + 1)))
        foreach (var wanted in _events.VersionsOf(type.Name))
            if (ErrorIn(type, payload, wanted) is { } error)
                Report(type, "corpus_unreadable", $"Event {number} cannot be read as {wanted.Type.Name}: {error}");
    }

    string? ErrorIn(EventType written, string payload, EventType wanted)
    {
        // A version that no longer derives from an older one has no consumers of the older one either.
        if (wanted.Version < written.Version && !wanted.Type.IsAssignableFrom(written.Type))
            return null;
        try
        {
            var logged = new LoggedEvent
            {
                EventType = written.Name,
                Version = written.Version,
                Payload = payload,
            };
            var text = Text(_events.Read(logged, wanted)!, wanted);
            // What a reader got must be an event of its version: one that is written and read again.
            var again = JsonSerializer.Deserialize(text, wanted.Type, SystemTextJsonMessageSerializer.Options)!;
            return Text(again, wanted) == text ? null : "it differs when it is written and read again";
        }
        catch (Exception exception)
        {
            return (exception is UnreadableEventException { InnerException: { } cause } ? cause : exception).Message;
        }
    }

    // An event with all members, and one with those that a writer may not leave out.
    static JsonArray PayloadsFor(EventType type)
    {
        var schema = ExportSchema.Of(type);
        var required = schema["required"]!.AsArray().Select(name => name!.GetValue<string>()).ToHashSet();
        JsonArray payloads = [];
        foreach (var example in schema["examples"]!.AsArray())
        {
            payloads.Add(example!.DeepClone());
            payloads.Add(
                new JsonObject(
                    example
                        .AsObject()
                        .Where(member => required.Contains(member.Key))
                        .Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone()))
                )
            );
        }
        return payloads;
    }

    void Report(EventType type, string rule, string text) =>
        _problems.Add($"{FileOf(_folder, type)} : error {rule}: {type.Name} version {type.Version}: {text}");

    static string FileOf(string folder, EventType type) => Path.Combine(folder, $"{type.Name}.v{type.Version}.json");

    static string Text(object happened, EventType type) =>
        JsonSerializer.Serialize(happened, type.Type, SystemTextJsonMessageSerializer.Options);
}
