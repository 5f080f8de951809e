using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json;
using MassTransit;
using MassTransit.Serialization;
using RideBooking.Contracts;
using RideBooking.EventLog.PersonalData;

namespace RideBooking.EventLog;

/// <summary>One event type of the published language.</summary>
/// <param name="Type">The record.</param>
/// <param name="Name">Its name in the envelope's <c>event_type</c>.</param>
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
);

/// <summary>All event types, found by their wire names.</summary>
public sealed class EventCatalogue
{
    readonly FrozenDictionary<string, EventType> _byUrn;
    readonly FrozenDictionary<(string Name, int Version), EventType> _byName;

    /// <summary>Reads the records marked with <see cref="EventAttribute"/> in the given assemblies.</summary>
    public EventCatalogue(params Assembly[] assemblies)
    {
        _byUrn = assemblies
            .SelectMany(assembly => assembly.GetExportedTypes())
            .Select(type => (type, mark: type.GetCustomAttribute<EventAttribute>()))
            .Where(found => found.mark is not null)
            .ToFrozenDictionary(
                found => MessageUrn.ForTypeString(found.type),
                found => new EventType(
                    found.type,
                    NameOf(found.type, found.mark!.Version),
                    found.mark.Version,
                    found.mark.Source,
                    char.ToLowerInvariant(found.mark.Stream[0]) + found.mark.Stream[1..],
                    PersonalMembers.Of(found.type)
                )
            );
        _byName = All.ToFrozenDictionary(type => (type.Name, type.Version));
    }

    /// <summary>The events of the published language.</summary>
    public static EventCatalogue Published { get; } = new(typeof(EventAttribute).Assembly);

    /// <summary>All event types.</summary>
    public IEnumerable<EventType> All => _byUrn.Values;

    /// <summary>Returns the event with a name and version from the log, or null when this process does not know it.</summary>
    public EventType? Find(string name, int version) => _byName.GetValueOrDefault((name, version));

    /// <summary>Returns the event's record, or null when this process does not know its type and version.</summary>
    public object? Read(LoggedEvent logged) =>
        Find(logged.EventType, logged.Version) is { } known
            ? JsonSerializer.Deserialize(logged.Payload, known.Type, SystemTextJsonMessageSerializer.Options)
            : null;

    // The record of a later version has the version in its name: RideRequestedV2 is version 2 of RideRequested.
    static string NameOf(Type type, int version) =>
        version > 1 && type.Name.EndsWith($"V{version}", StringComparison.Ordinal)
            ? type.Name[..type.Name.LastIndexOf('V')]
            : type.Name;

    /// <summary>
    /// Returns the event among a message's types, or null when the message is a command, a schedule or a fault.
    /// </summary>
    /// <param name="messageTypes">The message's URNs, most derived first, separated by semicolons.</param>
    public EventType? Find(string messageTypes)
    {
        var end = messageTypes.IndexOf(';', StringComparison.Ordinal);
        return _byUrn.GetValueOrDefault(end < 0 ? messageTypes : messageTypes[..end]);
    }
}
