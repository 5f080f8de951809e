using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace RideBooking.Tests.Platform.Http.OpenApi;

/// <summary>The served OpenAPI document, with which answers are compared.</summary>
public sealed class ApiDocument
{
    static readonly string[] s_methods = ["get", "put", "post", "delete", "patch"];

    readonly JsonElement _root;
    readonly IReadOnlyList<(Regex Path, JsonElement Item)> _paths;

    public ApiDocument(JsonElement root)
    {
        _root = root;
        // A path without parameters precedes one that would match it.
        _paths =
        [
            .. root.GetProperty("paths")
                .EnumerateObject()
                .OrderBy(path => path.Name.Count(character => character == '{'))
                .Select(path => (Pattern(path.Name), path.Value)),
        ];
    }

    /// <summary>All operations.</summary>
    public IEnumerable<(HttpMethod Method, string Path, JsonElement Operation)> Operations =>
        from path in _root.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        where s_methods.Contains(operation.Name)
        select (HttpMethod.Parse(operation.Name), path.Name, operation.Value);

    /// <summary>Finds the differences between an answer and the document; empty if the document describes the answer.</summary>
    /// <param name="method">The request's method.</param>
    /// <param name="path">The request's path.</param>
    /// <param name="status">The answer's status.</param>
    /// <param name="mediaType">The answer's media type, if it has a body.</param>
    /// <param name="body">The answer's body; null when it is a stream or empty.</param>
    public IReadOnlyList<string> Faults(HttpMethod method, string path, int status, string? mediaType, string? body)
    {
        var found = _paths.FirstOrDefault(known => known.Path.IsMatch(path));
        if (found.Path is null)
            return status == 404 ? [] : [$"{path} is not documented"];
        var name = method == HttpMethod.Head ? "get" : method.Method.ToLowerInvariant();
        if (!found.Item.TryGetProperty(name, out var operation))
            return status is 405 or 404 ? [] : [$"{method} {path} is not documented"];
        if (!operation.GetProperty("responses").TryGetProperty(Text(status), out var response))
            return [$"the status {status} is not documented: {body}"];
        if (method == HttpMethod.Head)
            return [];

        if (!response.TryGetProperty("content", out var content))
            return string.IsNullOrEmpty(body) ? [] : [$"a body is not documented for {status}"];
        if (mediaType is null || !content.TryGetProperty(mediaType, out var media))
            return [$"the media type '{mediaType}' is not documented for {status}"];
        if (!mediaType.EndsWith("json", StringComparison.Ordinal) || !media.TryGetProperty("schema", out var schema))
            return [];

        var faults = new List<string>();
        Compare(schema, JsonDocument.Parse(body!).RootElement, "$", faults, isPart: false);
        return faults;
    }

    void Compare(JsonElement schema, JsonElement value, string at, List<string> faults, bool isPart)
    {
        schema = Resolve(schema);
        foreach (var part in Items(schema, "allOf"))
            Compare(part, value, at, faults, isPart: true);
        foreach (var keyword in new[] { "oneOf", "anyOf" })
            if (Items(schema, keyword).ToList() is { Count: > 0 } choices && !choices.Exists(choice => Fits(choice)))
                faults.Add($"{at} is none of what may be there: {value}");

        if (schema.TryGetProperty("type", out var type) && !Types(type).Any(one => IsOfType(value, one)))
        {
            faults.Add($"{at} is {value.ValueKind} but must be {type}");
            return;
        }
        if (value.ValueKind == JsonValueKind.Null)
            return;
        if (
            schema.TryGetProperty("enum", out var allowed)
            && !allowed.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value))
        )
            faults.Add($"{at} is {value}, which is not documented among {allowed}");
        CompareText(schema, value, at, faults);
        CompareNumber(schema, value, at, faults);

        if (value.ValueKind == JsonValueKind.Object)
            CompareObject(schema, value, at, faults, isPart);
        else if (value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out var items))
            foreach (var (item, index) in value.EnumerateArray().Select((item, index) => (item, index)))
                Compare(items, item, $"{at}[{index}]", faults, isPart: false);

        bool Fits(JsonElement choice)
        {
            var wrong = new List<string>();
            Compare(choice, value, at, wrong, isPart);
            return wrong.Count == 0;
        }
    }

    void CompareObject(JsonElement schema, JsonElement value, string at, List<string> faults, bool isPart)
    {
        foreach (var required in Items(schema, "required"))
            if (!value.TryGetProperty(required.GetString()!, out _))
                faults.Add($"{at} lacks the required member '{required}'");
        if (
            !schema.TryGetProperty("properties", out var properties)
            && !schema.TryGetProperty("additionalProperties", out _)
        )
            return;
        foreach (var member in value.EnumerateObject())
            if (
                properties.ValueKind == JsonValueKind.Object
                && properties.TryGetProperty(member.Name, out var property)
            )
                Compare(property, member.Value, $"{at}.{member.Name}", faults, isPart: false);
            else if (schema.TryGetProperty("additionalProperties", out var others))
            {
                if (others.ValueKind == JsonValueKind.Object)
                    Compare(others, member.Value, $"{at}.{member.Name}", faults, isPart: false);
            }
            else if (!isPart)
                faults.Add($"{at} has the member '{member.Name}', which is not documented");
    }

    static void CompareText(JsonElement schema, JsonElement value, string at, List<string> faults)
    {
        if (value.ValueKind != JsonValueKind.String)
            return;
        var text = value.GetString()!;
        if (schema.TryGetProperty("pattern", out var pattern) && !Regex.IsMatch(text, pattern.GetString()!))
            faults.Add($"{at} is '{text}', which does not match {pattern}");
        var format = schema.TryGetProperty("format", out var named) ? named.GetString() : null;
        var isOfFormat = format switch
        {
            "uuid" => Guid.TryParseExact(text, "D", out _),
            "date-time" => text.EndsWith('Z') && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _),
            "date" => DateOnly.TryParseExact(
                text,
                "yyyy-MM-dd",
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out _
            ),
            "uri" => Uri.TryCreate(text, UriKind.Absolute, out _),
            _ => true,
        };
        if (!isOfFormat)
            faults.Add($"{at} is '{text}', which is not a {format}");
    }

    static void CompareNumber(JsonElement schema, JsonElement value, string at, List<string> faults)
    {
        if (value.ValueKind != JsonValueKind.Number)
            return;
        if (schema.TryGetProperty("minimum", out var minimum) && value.GetDouble() < minimum.GetDouble())
            faults.Add($"{at} is {value}, less than {minimum}");
        if (schema.TryGetProperty("maximum", out var maximum) && value.GetDouble() > maximum.GetDouble())
            faults.Add($"{at} is {value}, more than {maximum}");
    }

    /// <summary>Returns the schema of an operation's JSON body; null if it takes none.</summary>
    public JsonElement? BodySchema(JsonElement operation) =>
        operation.TryGetProperty("requestBody", out var body)
        && Resolve(body).GetProperty("content").TryGetProperty("application/json", out var media)
        && media.TryGetProperty("schema", out var schema)
            ? schema
            : null;

    /// <summary>Follows a schema's references.</summary>
    public JsonElement Resolve(JsonElement schema)
    {
        while (schema.TryGetProperty("$ref", out var reference))
            schema = reference.GetString()![2..].Split('/').Aggregate(_root, (at, step) => at.GetProperty(step));
        return schema;
    }

    static JsonElement.ArrayEnumerator Items(JsonElement schema, string keyword) =>
        schema.TryGetProperty(keyword, out var items) ? items.EnumerateArray() : default;

    static IEnumerable<string> Types(JsonElement type) =>
        type.ValueKind == JsonValueKind.String
            ? [type.GetString()!]
            : type.EnumerateArray().Select(one => one.GetString()!);

    static bool IsOfType(JsonElement value, string type) =>
        type switch
        {
            "null" => value.ValueKind == JsonValueKind.Null,
            "string" => value.ValueKind == JsonValueKind.String,
            "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
            "number" => value.ValueKind == JsonValueKind.Number,
            "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
            "array" => value.ValueKind == JsonValueKind.Array,
            "object" => value.ValueKind == JsonValueKind.Object,
            _ => false,
        };

    static Regex Pattern(string path) =>
        new($"^{Regex.Replace(Regex.Escape(path), @"\\\{[^}]+}", "[^/]+")}$", RegexOptions.IgnoreCase);

    static string Text(int status) => status.ToString(CultureInfo.InvariantCulture);
}
