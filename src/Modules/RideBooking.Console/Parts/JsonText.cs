using System.Text.Encodings.Web;
using System.Text.Json;

namespace RideBooking.Console.Parts;

/// <summary>JSON as people read it.</summary>
internal static class JsonText
{
    static readonly JsonSerializerOptions s_indented = new()
    {
        WriteIndented = true,
        // It is shown as text, which the renderer encodes for HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Indented(string json) => JsonSerializer.Deserialize<JsonElement>(json).Indented();

    public static string Indented(this JsonElement json) => JsonSerializer.Serialize(json, s_indented);

    /// <summary>Lists the fields of an object by path, such as <c>payment.status</c>, without those that are null.</summary>
    public static IEnumerable<(string Path, string Value)> Fields(this JsonElement json, string path = "") =>
        json.ValueKind switch
        {
            JsonValueKind.Object => json.EnumerateObject()
                .SelectMany(member => member.Value.Fields(path == "" ? member.Name : $"{path}.{member.Name}")),
            JsonValueKind.Array => json.EnumerateArray().SelectMany((item, index) => item.Fields($"{path}[{index}]")),
            JsonValueKind.Null or JsonValueKind.Undefined => [],
            _ => [(path, json.ToString())],
        };
}
