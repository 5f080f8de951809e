using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using CsCheck;
using RideBooking.Tests.Platform.Http.OpenApi;

namespace RideBooking.Tests.Platform.Http.Requests;

/// <summary>A request that was generated for an operation of the OpenAPI document.</summary>
/// <param name="Method">The method.</param>
/// <param name="Address">The path with its query, as it is sent.</param>
/// <param name="Body">The body; null for none.</param>
/// <param name="ContentType">The body's media type.</param>
/// <param name="Headers">Further headers.</param>
sealed record AnyRequest(
    HttpMethod Method,
    string Address,
    byte[]? Body,
    string ContentType,
    IReadOnlyList<(string Name, string Value)> Headers
)
{
    const int Shown = 400;

    public HttpRequestMessage Message()
    {
        var message = new HttpRequestMessage(Method, Address);
        foreach (var (name, value) in Headers)
            message.Headers.TryAddWithoutValidation(name, value);
        if (Body is not null)
        {
            message.Content = new ByteArrayContent(Body);
            message.Content.Headers.TryAddWithoutValidation("Content-Type", ContentType);
        }
        return message;
    }

    public override string ToString()
    {
        var body = Body is null ? "" : $" with {ContentType} {Encoding.UTF8.GetString(Body)}";
        var headers = string.Concat(Headers.Select(header => $" {header.Name}: {Short(header.Value)}"));
        return $"{Method} {Short(Address)}{headers}{Short(body)}";
    }

    static string Short(string text) => text.Length > Shown ? $"{text[..Shown]}… ({text.Length} characters)" : text;
}

/// <summary>Generates requests that are valid but for one place, and requests that are no more than bytes.</summary>
/// <param name="document">The OpenAPI document.</param>
/// <param name="known">Values by the name of a parameter or member: of things that exist.</param>
sealed class AnyRequests(ApiDocument document, IReadOnlyDictionary<string, string[]> known)
{
    const int MaxDepth = 4;

    // Wrong for nearly every type, and on the edge of some.
    static readonly string[] s_wrongJson =
    [
        "null",
        "true",
        "0",
        "-1",
        "0.1",
        "1e308",
        "-1e308",
        "1e400",
        "-0",
        "2147483648",
        "9223372036854775807",
        "9223372036854775808",
        "123456789012345678901234567890.123456789",
        "NaN",
        "Infinity",
        "00",
        "+1",
        ".5",
        "0x10",
        "\"NaN\"",
        "\"-Infinity\"",
        "\"\"",
        "\" \"",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "\"\\u202e\\u0301\\ufeff\"",
        "\"\\uD83D\\uDE97\\uD83D\\uDE97\"",
        "\"'; DROP TABLE rides; --\"",
        "\"<script>alert(1)</script>\"",
        "\"../../etc/passwd\"",
        "\"{0} %s %n\"",
        "\"00000000-0000-0000-0000-000000000000\"",
        "\"0001-01-01T00:00:00Z\"",
        "\"9999-12-31T23:59:59.9999999Z\"",
        "\"2031-02-30T00:00:00Z\"",
        "\"2031-01-01T00:00:00+23:59\"",
        "\"1e999999\"",
        "\"79228162514264337593543950336\"",
        "\"0.00000000000000000000000000001\"",
        $"\"{new string('x', 300)}\"",
        $"\"{new string('y', 70_000)}\"",
        "[]",
        "{}",
        "[null]",
        "{\"a\":{\"a\":{\"a\":1}}}",
        $"{new string('[', 70)}{new string(']', 70)}",
        $"{string.Concat(Enumerable.Repeat("{\"a\":", 2000))}1{new string('}', 2000)}",
        "",
        "'single'",
        "undefined",
        "1 2",
    ];

    static readonly byte[][] s_wrongBodies =
    [
        [],
        [.. "   "u8],
        [.. "null"u8],
        [.. "[]"u8],
        [.. "42"u8],
        [.. "\"text\""u8],
        [.. "{"u8],
        [.. "{}}"u8],
        [.. "{\"a\":1,}"u8],
        [.. "/* comment */{}"u8],
        [0xEF, 0xBB, 0xBF, .. "{}"u8],
        [0xFF, 0xFE, 0x7B, 0x00],
        [.. "{\"reason\":\""u8, 0xC3, 0x28, .. "\"}"u8],
        [.. "{\"reason\":\""u8, 0xED, 0xA0, 0x80, .. "\"}"u8],
        [0x00],
        [0x1F, 0x8B, 0x08, 0x00],
        [.. Enumerable.Repeat((byte)'[', 100_000)],
        [.. Enumerable.Repeat((byte)' ', 2_000_000)],
    ];

    static readonly string[] s_wrongText =
    [
        "",
        " ",
        "x",
        "-1",
        "0",
        "1.5",
        "NaN",
        "9223372036854775808",
        "true",
        "null",
        "00000000-0000-0000-0000-000000000000",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.9999999Z",
        "2031-01-01",
        "'; DROP TABLE rides; --",
        "<b>",
        "{0}",
        "%",
        "%00",
        "%ff",
        "..",
        "a/b",
        "\u202e",
        "🚗",
        "eyJhIjoxfQ",
        new string('z', 300),
        new string('é', 3000),
    ];

    static readonly string[] s_contentTypes =
    [
        "application/json",
        "application/json; charset=utf-16",
        "application/merge-patch+json",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "nonsense",
        "",
    ];

    static readonly string[] s_anywhere =
    [
        "Idempotency-Key",
        "If-None-Match",
        "If-Match",
        "If-Modified-Since",
        "Last-Event-ID",
        "Accept",
        "Accept-Language",
        "Accept-Encoding",
        "Content-Encoding",
        "Range",
        "traceparent",
        "Origin",
        "X-Forwarded-For",
    ];

    /// <summary>Generates requests of one operation.</summary>
    public Gen<AnyRequest> For(HttpMethod method, string path, JsonElement operation)
    {
        var parameters = operation.TryGetProperty("parameters", out var all) ? all.EnumerateArray().ToList() : [];
        var schema = document.BodySchema(operation);
        var valid = Address(path, parameters, wrong: false);
        var validBody = schema is { } described ? Valid(described, "", 0).Select(Bytes) : Gen.Const((byte[]?)null);

        var kinds = new List<(int, IGen<AnyRequest>)>
        {
            (1, Request(valid, validBody, Gen.Const("application/json"), Header(s_anywhere))),
            (2, Request(Address(path, parameters, wrong: true), validBody)),
        };
        var declared = parameters.Where(one => In(one, "header")).Select(Name).ToArray();
        if (declared.Length > 0)
            kinds.Add((1, Request(valid, validBody, Gen.Const("application/json"), Header(declared))));
        if (schema is { } body)
        {
            kinds.Add((8, Request(valid, Wrong(body, "", 0).Select(Bytes))));
            kinds.Add((1, Request(valid, Gen.OneOf(s_wrongBodies).Select(bytes => (byte[]?)bytes))));
            kinds.Add((1, Request(valid, validBody, Gen.OneOf(s_contentTypes))));
        }
        else if (method != HttpMethod.Get)
            kinds.Add((1, Request(valid, Gen.OneOf(s_wrongBodies).Select(bytes => (byte[]?)bytes))));
        return Gen.Frequency([.. kinds]);

        Gen<AnyRequest> Request(
            Gen<string> address,
            Gen<byte[]?> bytes,
            Gen<string>? contentType = null,
            Gen<(string, string)[]>? headers = null
        ) =>
            Gen.Select(
                address,
                bytes,
                contentType ?? Gen.Const("application/json"),
                headers ?? Gen.Const(Array.Empty<(string, string)>()),
                (at, content, type, with) => new AnyRequest(method, at, content, type, with)
            );
    }

    static byte[]? Bytes(string json) => Encoding.UTF8.GetBytes(json);

    static Gen<(string, string)[]> Header(string[] names) =>
        Gen.Select(
            Gen.OneOf(names),
            // A client cannot send line breaks or other than ASCII.
            Gen.OneOf([.. s_wrongText.Where(text => text.All(char.IsAscii))]),
            (name, value) => new[] { (name, value) }
        );

    Gen<string> Address(string path, List<JsonElement> parameters, bool wrong)
    {
        var address = Regex
            .Matches(path, "{([^}:]+)[^}]*}|[^{]+")
            .Select(part =>
                part.Groups[1].Success
                    // Without a segment, or with the parent's, it would be another operation's path.
                    ? Text(part.Groups[1].Value, wrong)
                        .Select(text => text is "" or ".." ? "-" : Uri.EscapeDataString(text))
                    : Gen.Const(part.Value)
            )
            .Aggregate(Gen.Const(""), Concat);
        if (!wrong)
            return address;
        var query = parameters
            .Where(one => In(one, "query"))
            .Select(one =>
                Gen.Select(
                    Gen.Bool,
                    Text(Name(one), wrong),
                    (present, value) => present ? $"{Name(one)}={Uri.EscapeDataString(value)}&" : ""
                )
            )
            .Append(Gen.Frequency((8, ""), (1, "unknown=1&"), (1, "limit=1&limit=2&"), (1, "&&=&"), (1, "%=%&")))
            .Aggregate(Gen.Const("?"), Concat);
        return Concat(address, query);
    }

    Gen<string> Text(string name, bool wrong)
    {
        var right = known.TryGetValue(name, out var values)
            ? Gen.OneOf(values)
            : Gen.OneOf("1", "019cad1c-0000-7000-8000-000000000000");
        return wrong ? Gen.Frequency((1, (IGen<string>)right), (2, Gen.OneOf(s_wrongText))) : right;
    }

    /// <summary>Generates JSON that the schema describes.</summary>
    Gen<string> Valid(JsonElement schema, string name, int depth)
    {
        schema = document.Resolve(schema);
        foreach (var keyword in new[] { "oneOf", "anyOf", "allOf" })
            if (schema.TryGetProperty(keyword, out var choices))
                return Valid(choices.EnumerateArray().Last(), name, depth + 1);
        if (schema.TryGetProperty("enum", out var values))
            return Gen.OneOf([.. values.EnumerateArray().Select(value => value.GetRawText())]);
        if (known.TryGetValue(name, out var texts))
            return Gen.OneOf([.. texts.Select(text => JsonSerializer.Serialize(text))]);
        return TypeOf(schema) switch
        {
            "object" => Members(schema, depth)
                .Select(member =>
                    member.Required || depth < MaxDepth
                        ? Optional(
                            member.Required,
                            Valid(member.Schema, member.Name, depth + 1)
                                .Select(value => $"{JsonSerializer.Serialize(member.Name)}:{value},")
                        )
                        : Gen.Const("")
                )
                .Aggregate(Gen.Const("{"), Concat)
                .Select(Close),
            "array" => schema.TryGetProperty("items", out var items) && depth < MaxDepth
                ? Valid(items, name, depth + 1).Select(item => $"[{item}]")
                : Gen.Const("[]"),
            "boolean" => Gen.OneOf("true", "false"),
            "integer" or "number" => Gen.Const(
                schema.TryGetProperty("minimum", out var minimum) && minimum.GetDouble() > 1
                    ? minimum.GetRawText()
                    : "1"
            ),
            _ => Gen.OneOf(
                schema.TryGetProperty("format", out var format) && format.GetString() == "uuid"
                    ? "\"019cad1c-0000-7000-8000-000000000000\""
                : format.ValueKind == JsonValueKind.String && format.GetString() == "date-time"
                    ? "\"2031-01-10T12:00:00Z\""
                : "\"abc\""
            ),
        };
    }

    /// <summary>Generates JSON that is valid but for one place.</summary>
    Gen<string> Wrong(JsonElement schema, string name, int depth)
    {
        schema = document.Resolve(schema);
        foreach (var keyword in new[] { "oneOf", "anyOf", "allOf" })
            if (schema.TryGetProperty(keyword, out var choices))
                return Wrong(choices.EnumerateArray().Last(), name, depth + 1);
        var wrong = Gen.OneOf(s_wrongJson);
        if (TypeOf(schema) == "array" && schema.TryGetProperty("items", out var items) && depth < MaxDepth)
            return Gen.Frequency(
                (1, (IGen<string>)wrong),
                (2, Wrong(items, name, depth + 1).Select(item => $"[{item}]")),
                (
                    1,
                    Valid(items, name, depth + 1).Select(item => $"[{string.Join(',', Enumerable.Repeat(item, 2000))}]")
                )
            );
        var members = Members(schema, depth).ToList();
        if (members.Count == 0 || depth >= MaxDepth)
            return wrong;
        return Gen.Frequency(
            (1, (IGen<string>)wrong),
            (
                8,
                Gen.Int[0, members.Count - 1]
                    .SelectMany(place =>
                        members
                            .Select((member, index) => index == place ? WrongMember(member) : ValidMember(member))
                            .Aggregate(Gen.Const("{"), Concat)
                            .Select(Close)
                    )
            )
        );

        Gen<string> ValidMember((string Name, JsonElement Schema, bool Required) member) =>
            Valid(member.Schema, member.Name, depth + 1)
                .Select(value => $"{JsonSerializer.Serialize(member.Name)}:{value},");

        Gen<string> WrongMember((string Name, JsonElement Schema, bool Required) member) =>
            Gen.Frequency(
                (
                    8,
                    (IGen<string>)
                        Wrong(member.Schema, member.Name, depth + 1)
                            .Select(value => $"{JsonSerializer.Serialize(member.Name)}:{value},")
                ),
                (1, Gen.Const("")),
                (1, Gen.Select(ValidMember(member), ValidMember(member), (one, other) => one + other)),
                (1, ValidMember(member).Select(one => one + "\"unknown\":1,")),
                (1, ValidMember(member).Select(one => one.ToUpperInvariant()))
            );
    }

    static IEnumerable<(string Name, JsonElement Schema, bool Required)> Members(JsonElement schema, int depth)
    {
        if (depth > MaxDepth || !schema.TryGetProperty("properties", out var properties))
            return [];
        var required = schema.TryGetProperty("required", out var names)
            ? names.EnumerateArray().Select(one => one.GetString()!).ToHashSet()
            : [];
        return properties
            .EnumerateObject()
            .Select(member => (member.Name, member.Value, required.Contains(member.Name)));
    }

    static string TypeOf(JsonElement schema) =>
        !schema.TryGetProperty("type", out var type)
            ? schema.TryGetProperty("properties", out _)
                ? "object"
                : "string"
            : type.ValueKind == JsonValueKind.String
                ? type.GetString()!
                : type.EnumerateArray().Select(one => one.GetString()!).First(one => one != "null");

    static Gen<string> Optional(bool required, Gen<string> member) =>
        required ? member : Gen.Select(Gen.Bool, member, (present, text) => present ? text : "");

    static Gen<string> Concat(Gen<string> first, Gen<string> second) =>
        Gen.Select(first, second, (one, other) => one + other);

    static string Close(string open) => open.TrimEnd(',') + "}";

    static string Name(JsonElement parameter) => parameter.GetProperty("name").GetString()!;

    static bool In(JsonElement parameter, string place) => parameter.GetProperty("in").GetString() == place;
}
