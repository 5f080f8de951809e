using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json;
using RideBooking.Contracts;

namespace RideBooking.EventLog.PersonalData;

/// <summary>The members of an event's record that are personal data of its rider.</summary>
public sealed class PersonalMembers
{
    /// <summary>The JSON property of the payload that identifies the rider.</summary>
    const string SubjectProperty = "riderId";

    readonly FrozenDictionary<string, PersonalKind> _kinds;

    PersonalMembers(FrozenDictionary<string, PersonalKind> kinds) => _kinds = kinds;

    /// <summary>The JSON names of the members.</summary>
    public IReadOnlyList<string> Names => _kinds.Keys;

    /// <summary>Returns the members of a record marked with <see cref="PersonalDataAttribute"/>; null if there are none.</summary>
    /// <exception cref="InvalidOperationException">A member is neither a text nor places, or the record has no rider.</exception>
    public static PersonalMembers? Of(Type type)
    {
        var kinds = type.GetConstructors()
            .SelectMany(constructor => constructor.GetParameters())
            .Where(parameter => parameter.IsDefined(typeof(PersonalDataAttribute)))
            .ToFrozenDictionary(parameter => InJson(parameter.Name!), KindOf, StringComparer.Ordinal);
        if (kinds.Count == 0)
            return null;
        return type.GetProperties().Any(property => InJson(property.Name) == SubjectProperty)
            ? new PersonalMembers(kinds)
            : throw new InvalidOperationException($"{type.Name} has personal data, but no RiderId.");
    }

    /// <summary>Returns the rider of an event if it has personal data; null if not.</summary>
    internal string? SubjectOf(JsonElement payload) =>
        _kinds.Keys.Any(name => payload.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null)
        && payload.TryGetProperty(SubjectProperty, out var subject)
            ? subject.GetString()
            : null;

    /// <summary>Encrypts the members of an event.</summary>
    internal string Encrypt(string payload, Guid eventId, byte[] key) =>
        Members.Replace(
            payload,
            (name, value) =>
                Find(name, value) is { } kind ? EncryptedValue.Encrypt(value.Span, kind, key, eventId, name) : null
        );

    /// <summary>Replaces the members of an event by redacted values.</summary>
    public string Redact(string payload) => Members.Replace(payload, (name, value) => Find(name, value)?.Redacted);

    PersonalKind? Find(string name, ReadOnlyMemory<byte> value) =>
        value.Span.SequenceEqual("null"u8) ? null : _kinds.GetValueOrDefault(name);

    static PersonalKind KindOf(ParameterInfo parameter) =>
        parameter.ParameterType == typeof(Place) ? PersonalKind.Place
        : parameter.ParameterType == typeof(string) ? PersonalKind.Text
        : parameter.ParameterType == typeof(IReadOnlyList<Place>) ? PersonalKind.Places
        : throw new InvalidOperationException(
            $"{parameter.Member.DeclaringType!.Name}.{parameter.Name} is personal data, but neither a text nor places."
        );

    static string InJson(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
