using System.Collections;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using MassTransit.Serialization;

namespace RideBooking.Platform.Messaging;

/// <summary>Rejects a message that lacks a member its contract requires, and names the member.</summary>
/// <remarks>
/// Such a message is unreadable and goes to its error queue at once, before any consumer sees it. A member is required unless
/// it is nullable or has a default value. A field that a later version adds at the end with a default therefore leaves messages
/// of earlier versions readable. Ids must not be empty, and instants must not be the default (year 1).
/// </remarks>
internal static class RequiredMembers
{
    static readonly Lock s_lock = new();
    static bool s_isEnforced;

    /// <summary>Makes every bus of this process check the messages it reads.</summary>
    public static void Enforce()
    {
        // MassTransit keeps its JSON options per process.
        lock (s_lock)
        {
            if (s_isEnforced)
                return;
            SystemTextJsonMessageSerializer.Options = With(SystemTextJsonMessageSerializer.Options);
            s_isEnforced = true;
        }
    }

    static JsonSerializerOptions With(JsonSerializerOptions options) =>
        new(options)
        {
            TypeInfoResolver = (options.TypeInfoResolver ?? new DefaultJsonTypeInfoResolver()).WithAddedModifier(
                Require
            ),
        };

    static void Require(JsonTypeInfo type)
    {
        if (type.Kind != JsonTypeInfoKind.Object || !IsContract(type.Type))
            return;
        var nullability = new NullabilityInfoContext();
        HashSet<string> notNull = [];
        foreach (var member in type.Properties)
        {
            if (member.AttributeProvider is not PropertyInfo property)
                continue;
            var nullable = nullability.Create(property).ReadState == NullabilityState.Nullable;
            if (!nullable && !property.PropertyType.IsValueType)
                notNull.Add(member.Name);
            if (
                !nullable
                && (member is { AssociatedParameter.HasDefaultValue: false, Set: not null } || IsOlder(property))
            )
                member.IsRequired = true;
            if (property.PropertyType.GetCustomAttribute<JsonConverterAttribute>() is not null)
                member.CustomConverter = NamingConverter.Of(property.PropertyType, member.Name, type.Options);
        }
        type.OnDeserialized = message =>
        {
            foreach (var member in type.Properties)
            {
                if (member.Get is not { } get)
                    continue;
                var error =
                    get(message) is { } value ? ErrorIn(member.Name, value)
                    : notNull.Contains(member.Name) ? "is null"
                    : null;
                if (error is not null)
                    throw new JsonException($"{type.Type.Name}.{member.Name} {error}");
            }
        };
    }

    // A member that only an older version of the record has: the newer one writes it for that version's readers.
    static bool IsOlder(PropertyInfo property) =>
        property.DeclaringType != property.ReflectedType && property.SetMethod is not null;

    static bool IsContract(Type type) =>
        type.Assembly.GetName().Name is { } assembly
        && assembly.StartsWith("RideBooking.", StringComparison.Ordinal)
        && !assembly.StartsWith("RideBooking.MassTransit.", StringComparison.Ordinal);

    static string? ErrorIn(string member, object value) =>
        value switch
        {
            Guid id when id == Guid.Empty => "is empty",
            string text when text.Length == 0 && member.EndsWith("Id", StringComparison.OrdinalIgnoreCase) =>
                "is empty",
            DateTimeOffset instant when instant == default => "is not an instant",
            DateTime instant when instant == default => "is not an instant",
            string => null,
            IEnumerable items when items.Cast<object?>().Contains(null) => "has an element that is null",
            _ => null,
        };

    /// <summary>Prefixes a custom converter's error with the member's name, which the converter does not know.</summary>
    static class NamingConverter
    {
        public static JsonConverter Of(Type type, string member, JsonSerializerOptions options) =>
            (JsonConverter)
                Activator.CreateInstance(
                    typeof(NamingConverter<>).MakeGenericType(type),
                    member,
                    options.GetConverter(type)
                )!;
    }

    sealed class NamingConverter<T>(string member, JsonConverter<T> converter) : JsonConverter<T>
    {
        public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            try
            {
                return converter.Read(ref reader, typeToConvert, options);
            }
            catch (JsonException exception)
            {
                throw new JsonException($"{member}: {exception.Message}");
            }
        }

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            converter.Write(writer, value, options);
    }
}
