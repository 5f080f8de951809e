using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using RideBooking.Platform.Http.Problems;

namespace RideBooking.Platform.Http.Requests;

/// <summary>The JSON format of the API: camelCase, enums as strings, instants in UTC ending in Z.</summary>
/// <remarks>
/// It is strict about types, required members and duplicates. It accepts unknown members, so that clients may be newer than
/// the server.
/// </remarks>
internal static class JsonConventions
{
    public static void Apply(JsonSerializerOptions json)
    {
        json.NumberHandling = JsonNumberHandling.Strict;
        json.UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip;
        json.AllowDuplicateProperties = false;
        json.RespectNullableAnnotations = true;
        json.RespectRequiredConstructorParameters = true;
        json.MaxDepth = 16;
        json.Converters.Add(new InstantConverter());
        json.Converters.Add(new FiniteNumberConverter());
        json.Converters.Add(new TextConverter());
        json.Converters.Add(new EnumConverterFactory());
        json.TypeInfoResolver = (json.TypeInfoResolver ?? new DefaultJsonTypeInfoResolver()).WithAddedModifier(
            MakeNullableOptional
        );
    }

    /// <summary>
    /// Lets a constructor parameter that may be null also be absent, which the serializer alone would refuse.
    /// </summary>
    static void MakeNullableOptional(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
            if (property is { IsRequired: true, AssociatedParameter: { IsNullable: true, IsMemberInitializer: false } })
                property.IsRequired = false;
    }

    /// <summary>
    /// Converts instants as in RFC 3339. An instant without an offset is ambiguous and refused; output is in UTC.
    /// </summary>
    sealed class InstantConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String
            && reader.GetString() is { } text
            && Instant.TryParse(text, out var instant)
                ? instant
                : throw new JsonException();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(Instant.Format(value));
    }

    /// <summary>
    /// Refuses infinite numbers: 1e999 parses as infinity, which no calculation, database or answer can hold.
    /// </summary>
    sealed class FiniteNumberConverter : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var number) && double.IsFinite(number)
                ? number
                : throw new JsonException();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(value);
    }

    /// <summary>
    /// Refuses text with U+0000 or half a surrogate pair, which PostgreSQL cannot store, when it is read and not at the
    /// commit.
    /// </summary>
    sealed class TextConverter : JsonConverter<string>
    {
        public override string? Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && reader.GetString() is { } text && text.IsStorable()
                ? text
                : throw new JsonException();

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value);
    }
}

/// <summary>Converts enums to camelCase strings. Numbers are refused: they shift when a value is inserted.</summary>
internal sealed class EnumConverterFactory : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsEnum;

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(EnumConverter<>).MakeGenericType(typeToConvert))!;

    public static IEnumerable<string> Names(Type type) =>
        Enum.GetNames(type).Select(JsonNamingPolicy.CamelCase.ConvertName);

    sealed class EnumConverter<T> : JsonConverter<T>
        where T : struct, Enum
    {
        static readonly Dictionary<T, string> s_toName = Enum.GetNames<T>()
            .ToDictionary(name => Enum.Parse<T>(name), JsonNamingPolicy.CamelCase.ConvertName);

        static readonly Dictionary<string, T> s_fromName = s_toName.ToDictionary(pair => pair.Value, pair => pair.Key);

        public override T Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String ? Parse(reader.GetString()!) : throw new JsonException();

        public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            Parse(reader.GetString()!);

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            writer.WriteStringValue(Name(value));

        public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            writer.WritePropertyName(Name(value));

        static T Parse(string name) =>
            s_fromName.TryGetValue(name, out var value)
                ? value
                : throw new UnknownValueException($"must be one of: {string.Join(", ", s_fromName.Keys)}");

        static string Name(T value) =>
            s_toName.TryGetValue(value, out var name)
                ? name
                : throw new JsonException($"{value} is not a {typeof(T).Name}.");
    }
}
