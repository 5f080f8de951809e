using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RideBooking.Schemas;

/// <summary>A part of a message that a writer may write and a reader does not accept.</summary>
/// <param name="Rule">The rule that it breaks, in snake_case.</param>
/// <param name="Member">The path of the member, such as <c>pickup.lat</c>; empty for the message itself.</param>
/// <param name="Detail">What does not fit, for a person.</param>
internal sealed record Mismatch(string Rule, string Member, string Detail)
{
    /// <summary>Tells the rule, the member and the detail.</summary>
    public override string ToString() => Member.Length == 0 ? $"{Rule}: {Detail}" : $"{Rule} at '{Member}': {Detail}";
}

/// <summary>Compares the schema of a message's writer with that of its reader.</summary>
/// <remarks>
/// Each schema is read in two ways. A writer is closed: it writes the members of its schema and no others. A reader is open: it
/// ignores members that it does not know. So an optional member may be added and removed at any time, which a comparison of
/// two schemas read in one way would refuse.
/// </remarks>
internal sealed class WriterAndReader
{
    static readonly string[] s_minima = ["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"];
    static readonly string[] s_maxima = ["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"];
    static readonly string[] s_types = ["string", "number", "integer", "boolean", "object", "array", "null"];

    /// <summary>
    /// The keywords with a rule of their own. Any other keyword must be the same in both schemas, because what it means for the
    /// other schema is not known.
    /// </summary>
    static readonly HashSet<string> s_known =
    [
        "$ref",
        "$defs",
        "type",
        "enum",
        "const",
        "format",
        "pattern",
        "default",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "anyOf",
        "oneOf",
        .. s_minima,
        .. s_maxima,
    ];

    readonly JsonNode _writer;
    readonly JsonNode _reader;
    readonly List<Mismatch> _found = [];

    // Schemas that contain themselves.
    readonly HashSet<(JsonNode, JsonNode)> _compared = [];

    WriterAndReader(JsonNode writer, JsonNode reader) => (_writer, _reader) = (writer, reader);

    /// <summary>Lists what a writer may write and a reader does not accept; empty if the two fit.</summary>
    public static IReadOnlyList<Mismatch> Mismatches(JsonNode writer, JsonNode reader)
    {
        var comparison = new WriterAndReader(writer, reader);
        comparison.Compare("", writer, reader);
        return comparison._found;
    }

    void Compare(string at, JsonNode? writer, JsonNode? reader)
    {
        var (written, read) = (Resolve(writer, _writer), Resolve(reader, _reader));
        if (!_compared.Add((written, read)))
            return;
        if (Choices(written) is { } alternatives)
        {
            foreach (var alternative in alternatives)
                Compare(at, alternative, read);
            return;
        }
        if (Choices(read) is { } choices)
        {
            if (!OneTypeEach(written).All(part => choices.Any(choice => Fits(part, choice))))
                Add("type_changed", at, "no choice of the reader accepts all that the writer may write");
            return;
        }
        if (!CompareTypes(at, written, read))
            return;
        CompareValues(at, written, read);
        CompareBounds(at, written, read);
        CompareMembers(at, written, read);
        if (read["items"] is { } items && Types(written).Contains("array"))
            Compare($"{at}[]", written["items"] ?? new JsonObject(), items);
        foreach (var (keyword, value) in read)
            if (
                !s_known.Contains(keyword)
                && !SchemaMeaning.IsAnnotation(keyword)
                && !JsonNode.DeepEquals(value, written[keyword])
            )
                Add(
                    "keyword_changed",
                    at,
                    $"the reader has {keyword} {Text(value)}, the writer has {Text(written[keyword])}"
                );
    }

    bool Fits(JsonNode written, JsonNode choice)
    {
        var comparison = new WriterAndReader(_writer, _reader);
        comparison._compared.UnionWith(_compared);
        comparison.Compare("", written, choice);
        return comparison._found.Count == 0;
    }

    bool CompareTypes(string at, JsonObject written, JsonObject read)
    {
        var accepted = Types(read);
        var refused = Types(written)
            .Where(type => !accepted.Contains(type) && !(type == "integer" && accepted.Contains("number")))
            .ToList();
        if (refused.Remove("null"))
            Add("null_not_accepted", at, "the writer may write null, the reader does not accept it");
        if (refused.Count == 0)
            return true;
        Add(
            "type_changed",
            at,
            $"the writer writes {string.Join(" or ", refused)}, the reader accepts {string.Join(" or ", accepted)}"
        );
        return false;
    }

    void CompareValues(string at, JsonObject written, JsonObject read)
    {
        if (Values(read) is { } accepted)
        {
            if (Values(written) is not { } values)
                Add("value_not_accepted", at, $"the writer may write any value, the reader accepts {List(accepted)}");
            else if (
                values.Where(value => !accepted.Any(one => JsonNode.DeepEquals(one, value))).ToList() is
                { Count: > 0 } refused
            )
                Add(
                    "value_not_accepted",
                    at,
                    $"the writer may write {List(refused)}, the reader accepts {List(accepted)}"
                );
        }
        foreach (var keyword in new[] { "format", "pattern" })
            if (
                read[keyword] is { } value
                && Concerns(keyword, written)
                && !JsonNode.DeepEquals(value, written[keyword])
            )
                Add(
                    $"{keyword}_changed",
                    at,
                    $"the reader expects {Text(value)}, the writer has {Text(written[keyword])}"
                );
    }

    void CompareBounds(string at, JsonObject written, JsonObject read)
    {
        foreach (var keyword in s_minima)
            CompareBound(keyword, (own, limit) => own >= limit);
        foreach (var keyword in s_maxima)
            CompareBound(keyword, (own, limit) => own <= limit);

        void CompareBound(string keyword, Func<double, double, bool> isNarrower)
        {
            if (
                read[keyword] is { } limit
                && Concerns(keyword, written)
                && !(written[keyword] is { } own && isNarrower(Number(own), Number(limit)))
            )
                Add("bound_narrowed", at, $"the reader has {keyword} {limit}, the writer has {Text(written[keyword])}");
        }
    }

    void CompareMembers(string at, JsonObject written, JsonObject read)
    {
        if (!Types(written).Contains("object"))
            return;
        var (writes, knows) = (Members(written), Members(read));
        var always = Required(written);
        foreach (var name in Required(read).Except(always))
            Add(
                "required_member_missing",
                Path(name),
                writes.ContainsKey(name)
                    ? "the reader requires it, the writer may leave it out"
                    : $"the reader requires it, the writer does not write it{Renamed(name)}"
            );
        foreach (var (name, member) in knows)
            if (writes.TryGetPropertyValue(name, out var own))
                Compare(Path(name), own, member);

        string Path(string name) => at.Length == 0 ? name : $"{at}.{name}";

        string Renamed(string name) =>
            always
                .Where(other => !knows.ContainsKey(other))
                .FirstOrDefault(other =>
                    JsonNode.DeepEquals(SchemaMeaning.Of(writes[other]), SchemaMeaning.Of(knows[name]))
                )
                is { } other
                ? $" (it writes '{other}' of the same type: a member cannot be renamed)"
                : "";
    }

    void Add(string rule, string at, string detail) => _found.Add(new Mismatch(rule, at, detail));

    /// <summary>Returns the schema that a node is or refers to; <c>true</c> accepts anything, as an empty schema does.</summary>
    static JsonObject Resolve(JsonNode? node, JsonNode root)
    {
        // A reference that leads to itself refers to nothing.
        for (var steps = 0; node is JsonObject schema; steps++)
        {
            if (schema["$ref"]?.GetValue<string>() is not { } reference)
                return schema;
            if (!reference.StartsWith('#') || steps == 16)
                throw new NotSupportedException($"The reference {reference} does not lead to a part of the schema.");
            node = root;
            foreach (var step in reference.Split('/').Skip(1))
                node = node is JsonArray items ? items[int.Parse(step, provider: null)] : node?[step];
        }
        return node is JsonValue value && value.TryGetValue<bool>(out var anything) && !anything
            ? new JsonObject { ["enum"] = new JsonArray() }
            : [];
    }

    // Each type may fit another choice.
    static IEnumerable<JsonObject> OneTypeEach(JsonObject schema) =>
        Types(schema)
            .Select(type =>
            {
                var part = schema.DeepClone().AsObject();
                part["type"] = type;
                return part;
            });

    /// <summary>Whether a keyword restricts any of the values that the schema allows.</summary>
    static bool Concerns(string keyword, JsonObject schema)
    {
        string[] types = keyword switch
        {
            "minLength" or "maxLength" or "pattern" => ["string"],
            "minItems" or "maxItems" => ["array"],
            "minProperties" or "maxProperties" => ["object"],
            "format" => ["string", "number", "integer"],
            _ => ["number", "integer"],
        };
        return Types(schema).Intersect(types).Any();
    }

    static IEnumerable<JsonNode>? Choices(JsonObject schema) =>
        ((schema["anyOf"] ?? schema["oneOf"]) as JsonArray)?.OfType<JsonNode>();

    static string[] Types(JsonObject schema) =>
        schema["type"] switch
        {
            JsonArray types => [.. types.Select(type => type!.GetValue<string>())],
            JsonValue type => [type.GetValue<string>()],
            _ => Values(schema) is { } values ? [.. values.Select(TypeOf).Distinct()] : s_types,
        };

    static string TypeOf(JsonNode? value) =>
        value?.GetValueKind() switch
        {
            null => "null",
            JsonValueKind.String => "string",
            JsonValueKind.True or JsonValueKind.False => "boolean",
            JsonValueKind.Array => "array",
            JsonValueKind.Object => "object",
            _ => double.IsInteger(Number(value)) ? "integer" : "number",
        };

    static List<JsonNode?>? Values(JsonObject schema) =>
        schema.TryGetPropertyValue("const", out var value) ? [value] : (schema["enum"] as JsonArray)?.ToList();

    static JsonObject Members(JsonObject schema) => schema["properties"] as JsonObject ?? [];

    static IReadOnlyList<string> Required(JsonObject schema) =>
        [.. (schema["required"] as JsonArray ?? []).Select(name => name!.GetValue<string>())];

    static double Number(JsonNode value) =>
        double.Parse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture);

    static string Text(JsonNode? value) => value?.ToJsonString() ?? "none";

    static string List(IEnumerable<JsonNode?> values) =>
        values.Select(value => value?.ToJsonString() ?? "null").ToList() is { Count: > 0 } texts
            ? string.Join(", ", texts)
            : "nothing";
}
