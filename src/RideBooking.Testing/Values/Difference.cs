using System.Text.Json;

namespace RideBooking.Testing.Values;

/// <summary>Compares two messages in wire format.</summary>
static class Difference
{
    /// <summary>Returns one line per difference; none if the messages are equal.</summary>
    /// <param name="partly">Whether properties that the expected message lacks may have any value.</param>
    public static List<string> Between(JsonElement expected, JsonElement actual, bool partly)
    {
        List<string> found = [];
        Compare(expected, actual, "", partly, found);
        return found;
    }

    static void Compare(JsonElement expected, JsonElement actual, string path, bool partly, List<string> found)
    {
        if (expected.ValueKind == JsonValueKind.Object && actual.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in expected.EnumerateObject())
                Compare(property.Value, Property(actual, property.Name), Join(path, property.Name), partly, found);
            if (!partly)
                foreach (var property in actual.EnumerateObject())
                    if (Property(expected, property.Name).ValueKind == JsonValueKind.Undefined)
                        Compare(default, property.Value, Join(path, property.Name), partly, found);
        }
        else if (expected.ValueKind == JsonValueKind.Array && actual.ValueKind == JsonValueKind.Array)
        {
            var (wanted, got) = (expected.GetArrayLength(), actual.GetArrayLength());
            for (var at = 0; at < Math.Min(wanted, got); at++)
                Compare(expected[at], actual[at], $"{path}[{at}]", partly, found);
            if (wanted != got)
                found.Add($"{path}: expected {wanted} elements, was {got}");
        }
        else if (!AreSame(expected, actual))
            found.Add($"{(path.Length == 0 ? "it" : path)}: expected {Text(expected)}, was {Text(actual)}");
    }

    static bool AreSame(JsonElement expected, JsonElement actual) =>
        IsNothing(expected) || IsNothing(actual) ? IsNothing(expected) && IsNothing(actual)
        : expected.ValueKind == JsonValueKind.Number && actual.ValueKind == JsonValueKind.Number
            ? expected.GetRawText() == actual.GetRawText()
                || (expected.TryGetDecimal(out var wanted) && actual.TryGetDecimal(out var got) && wanted == got)
        : expected.ValueKind == actual.ValueKind && expected.GetRawText() == actual.GetRawText();

    static bool IsNothing(JsonElement value) => value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null;

    static JsonElement Property(JsonElement of, string name)
    {
        foreach (var property in of.EnumerateObject())
            if (property.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return property.Value;
        return default;
    }

    static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    static string Text(JsonElement value) => IsNothing(value) ? "nothing" : value.GetRawText();
}
