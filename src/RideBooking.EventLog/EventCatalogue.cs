using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json;
using MassTransit;
using MassTransit.Serialization;
using RideBooking.Contracts;
using RideBooking.EventLog.PersonalData;

namespace RideBooking.EventLog;

/// <summary>One version of an event of the published language.</summary>
/// <param name="Type">The record.</param>
/// <param name="Name">The event's name in the envelope's <c>event_type</c>, the same in all versions.</param>
/// <param name="Version">Its schema version.</param>
/// <param name="Source">The module that produces it.</param>
/// <param name="StreamProperty">The JSON property of the payload that names its stream.</param>
/// <param name="Personal">The members that are personal data of the rider; null if there are none.</param>
public sealed record EventType(
    Type Type,
    string Name,
    int Version,
    string Source,
    string StreamProperty,
    PersonalMembers? Personal = null
)
{
    /// <summary>Makes an event of this version from one of the version before; null in the first version.</summary>
    internal Func<object, object>? Upcast { get; init; }
}

/// <summary>All events and their versions, found by their wire names.</summary>
/// <remarks>
/// Version 2 of <c>RideRated</c> is the record <c>RideRatedV2</c>. It derives from <c>RideRated</c>, so the wire carries both
/// versions in one message and consumers of the first still work. Its static method <c>Upcast</c> makes it from a
/// <c>RideRated</c>, so its consumers also read what older producers publish and what the log kept.
/// </remarks>
public sealed class EventCatalogue
{
    readonly FrozenDictionary<string, EventType> _byUrn;
    readonly FrozenDictionary<Type, EventType> _byRecord;
    readonly FrozenDictionary<string, ImmutableArray<EventType>> _versions;

    /// <summary>Reads the records marked with <see cref="EventAttribute"/> in the given assemblies.</summary>
    /// <exception cref="InvalidOperationException">A version is missing, or has no upcaster.</exception>
    public EventCatalogue(params Assembly[] assemblies)
        : this(assemblies.SelectMany(assembly => assembly.GetExportedTypes())) { }

    /// <summary>Reads those of the records that are marked with <see cref="EventAttribute"/>.</summary>
    /// <exception cref="InvalidOperationException">A version is missing, or has no upcaster.</exception>
    public EventCatalogue(IEnumerable<Type> records)
    {
        _versions = records
            .Select(type => (type, mark: type.GetCustomAttribute<EventAttribute>()))
            .Where(found => found.mark is not null)
            .Select(found => new EventType(
                found.type,
                NameOf(found.type, found.mark!.Version),
                found.mark.Version,
                found.mark.Source,
                char.ToLowerInvariant(found.mark.Stream[0]) + found.mark.Stream[1..],
                PersonalMembers.Of(found.type)
            ))
            .GroupBy(type => type.Name)
            .ToFrozenDictionary(versions => versions.Key, WithUpcasters);
        _byUrn = All.ToFrozenDictionary(type => MessageUrn.ForTypeString(type.Type));
        _byRecord = All.ToFrozenDictionary(type => type.Type);
    }

    /// <summary>The events of the published language.</summary>
    public static EventCatalogue Published { get; } = new(typeof(EventAttribute).Assembly);

    /// <summary>All versions of all events.</summary>
    public IEnumerable<EventType> All => _versions.Values.SelectMany(versions => versions);

    /// <summary>Returns the versions of an event, the first first; none for an event that this process does not know.</summary>
    public ImmutableArray<EventType> VersionsOf(string name) => _versions.GetValueOrDefault(name, []);

    /// <summary>Returns the event with a name and version from the log, or null when this process does not know it.</summary>
    public EventType? Find(string name, int version) =>
        VersionsOf(name) is var versions && version >= 1 && version <= versions.Length ? versions[version - 1] : null;

    /// <summary>Returns the event whose record this is, or null when the type is not an event.</summary>
    public EventType? Find(Type record) => _byRecord.GetValueOrDefault(record);

    /// <summary>
    /// Returns the event among a message's types, or null when the message is a command, a schedule or a fault.
    /// </summary>
    /// <param name="messageTypes">The message's URNs, most derived first, separated by semicolons.</param>
    public EventType? Find(string messageTypes)
    {
        var end = messageTypes.IndexOf(';', StringComparison.Ordinal);
        return _byUrn.GetValueOrDefault(end < 0 ? messageTypes : messageTypes[..end]);
    }

    /// <summary>
    /// Returns the event as the newest version of its record, or null when this process does not know its type and version.
    /// </summary>
    /// <exception cref="UnreadableEventException">The payload is not that of the event.</exception>
    public object? Read(LoggedEvent logged) =>
        Find(logged.EventType, logged.Version) is { } written
            ? Read(logged, written, VersionsOf(written.Name)[^1])
            : null;

    /// <summary>Returns the event as a version of its record, or null when this process does not know its version.</summary>
    /// <param name="logged">The event.</param>
    /// <param name="wanted">A version of the same event.</param>
    /// <exception cref="UnreadableEventException">The payload is not that of the event.</exception>
    public object? Read(LoggedEvent logged, EventType wanted) =>
        Find(logged.EventType, logged.Version) is { } written ? Read(logged, written, wanted) : null;

    /// <summary>Returns the payload in the newest version, with its number; as it is when its version is unknown.</summary>
    /// <exception cref="UnreadableEventException">The payload is not that of the event.</exception>
    public (int Version, JsonElement Payload) Newest(LoggedEvent logged)
    {
        if (Find(logged.EventType, logged.Version) is { } written && VersionsOf(written.Name)[^1] is var newest)
            if (newest != written)
                return (
                    newest.Version,
                    JsonSerializer.SerializeToElement(
                        Read(logged, written, newest),
                        newest.Type,
                        SystemTextJsonMessageSerializer.Options
                    )
                );
        return (logged.Version, Parse(logged));
    }

    /// <summary>Returns the version in which readers see an event: see <see cref="Newest"/>.</summary>
    public int NewestVersion(LoggedEvent logged) =>
        Find(logged.EventType, logged.Version) is null ? logged.Version : VersionsOf(logged.EventType).Length;

    /// <summary>Makes the newest version of an event from an older one.</summary>
    public object Upcast(object happened) =>
        Find(happened.GetType()) is { } type ? Upcast(happened, type, VersionsOf(type.Name)[^1]) : happened;

    // An event has all members of the versions from which its record derives.
    object Read(LoggedEvent logged, EventType written, EventType wanted)
    {
        var (payload, type) = (logged.Payload, wanted.Type.IsAssignableFrom(written.Type) ? wanted : written);
        try
        {
            var read =
                JsonSerializer.Deserialize(payload, type.Type, SystemTextJsonMessageSerializer.Options)
                ?? throw new JsonException($"The payload of {written.Name} is null.");
            return Upcast(read, type, wanted);
        }
        // An upcaster, too, relies on members that the payload may lack.
        catch (Exception exception)
        {
            throw new UnreadableEventException(logged, exception);
        }
    }

    static JsonElement Parse(LoggedEvent logged)
    {
        var payload = logged.Payload;
        try
        {
            var parsed = JsonElement.Parse(payload);
            return parsed.ValueKind == JsonValueKind.Object
                ? parsed
                : throw new JsonException($"The payload is of the kind {parsed.ValueKind}.");
        }
        catch (JsonException exception)
        {
            throw new UnreadableEventException(logged, exception);
        }
    }

    object Upcast(object happened, EventType from, EventType to)
    {
        for (var version = from.Version + 1; version <= to.Version; version++)
            happened = Find(from.Name, version)!.Upcast!(happened);
        return to.Type.IsInstanceOfType(happened)
            ? happened
            : throw new InvalidOperationException($"{happened.GetType().Name} cannot be read as {to.Type.Name}.");
    }

    static ImmutableArray<EventType> WithUpcasters(IEnumerable<EventType> versions)
    {
        EventType? previous = null;
        return
        [
            .. versions
                .OrderBy(type => type.Version)
                .Select(type => previous = type with { Upcast = UpcasterOf(type, previous) }),
        ];
    }

    static Func<object, object>? UpcasterOf(EventType type, EventType? previous)
    {
        if (type.Version != (previous?.Version ?? 0) + 1)
            throw new InvalidOperationException($"{type.Name} has no version {type.Version - 1}.");
        if (previous is null)
            return null;
        var upcast = type.Type.GetMethod("Upcast", BindingFlags.Public | BindingFlags.Static, [previous.Type]);
        if (upcast?.ReturnType != type.Type)
            throw new InvalidOperationException(
                $"{type.Type.Name} needs a method: public static {type.Type.Name} Upcast({previous.Type.Name} older)."
            );
        return older => upcast.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [older], null)!;
    }

    // The record of a later version has the version in its name: RideRequestedV2 is version 2 of RideRequested.
    static string NameOf(Type type, int version) =>
        version > 1 && type.Name.EndsWith($"V{version}", StringComparison.Ordinal)
            ? type.Name[..type.Name.LastIndexOf('V')]
            : type.Name;
}
