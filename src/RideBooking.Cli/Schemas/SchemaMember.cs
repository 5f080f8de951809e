using System.Text.Json;

namespace RideBooking.Cli.Schemas;

/// <summary>A member of an event, as its schema describes it.</summary>
/// <param name="Path">Its path, such as <c>pickup.lat</c> or <c>lines[].amount</c>; empty for the event itself.</param>
/// <param name="Type">Its type and what restricts it, such as <c>string, format uuid</c>.</param>
/// <param name="IsRequired">Whether every message has it.</param>
/// <param name="Meaning">What it says.</param>
internal sealed record SchemaMember(string Path, string Type, bool IsRequired, string Meaning)
{
    static readonly HashSet<string> s_shownElsewhere =
    [
        "$schema",
        "$id",
        "title",
        "description",
        "examples",
        "type",
        "properties",
        "required",
        "items",
    ];

    /// <summary>The type, and whether the member is required.</summary>
    public string Kind => IsRequired ? $"{Type}, required" : Type;

    /// <summary>Lists the members of a schema; the first is the event itself.</summary>
    /// <exception cref="CommandFailedException">The text is not a JSON Schema.</exception>
    public static IReadOnlyList<SchemaMember> In(string schema)
    {
        List<SchemaMember> members = [];
        try
        {
            Add("", JsonElement.Parse(schema), isRequired: false);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new CommandFailedException(ExitCode.Usage, $"This is not a JSON Schema: {exception.Message}");
        }
        return members;

        void Add(string path, JsonElement node, bool isRequired)
        {
            var meaning = node.TryGetProperty("description", out var description) ? description.GetString()! : "";
            members.Add(new SchemaMember(path, TypeOf(node), isRequired, meaning));
            var required = node.TryGetProperty("required", out var names)
                ? names.EnumerateArray().Select(name => name.GetString()!).ToList()
                : [];
            if (node.TryGetProperty("properties", out var properties))
                foreach (var member in properties.EnumerateObject())
                    Add(
                        path.Length == 0 ? member.Name : $"{path}.{member.Name}",
                        member.Value,
                        required.Contains(member.Name)
                    );
            if (node.TryGetProperty("items", out var items))
                Add($"{path}[]", items, isRequired: false);
        }
    }

    static string TypeOf(JsonElement node)
    {
        var type =
            !node.TryGetProperty("type", out var types) ? "any"
            : types.ValueKind == JsonValueKind.Array
                ? string.Join(" or ", types.EnumerateArray().Select(one => one.GetString()))
            : types.GetString()!;
        return string.Join(
            ", ",
            node.EnumerateObject()
                .Where(keyword => !s_shownElsewhere.Contains(keyword.Name))
                .Select(keyword =>
                    $"{keyword.Name} {(keyword.Value.ValueKind == JsonValueKind.Null ? "null" : keyword.Value)}"
                )
                .Prepend(type)
        );
    }
}
