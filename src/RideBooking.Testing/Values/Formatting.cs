using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace RideBooking.Testing.Values;

/// <summary>Formats types, times and messages for people.</summary>
static class Formatting
{
    const int MaxMessageLength = 300;

    public static string TypeName(Type type) =>
        type.IsGenericType
            ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(TypeName))}>"
            : type.Name;

    /// <summary>Returns the property's name for a property's backing field.</summary>
    public static string MemberName(FieldInfo field) =>
        field.Name.StartsWith('<') ? field.Name[1..field.Name.IndexOf('>', StringComparison.Ordinal)] : field.Name;

    public static string Time(DateTimeOffset time) =>
        time.ToString(
            time.Millisecond == 0 ? "yyyy-MM-dd HH:mm:ss" : "yyyy-MM-dd HH:mm:ss.fff",
            CultureInfo.InvariantCulture
        );

    public static string Span(TimeSpan span)
    {
        List<string> parts = [];
        if (span < TimeSpan.Zero)
            return $"-{Span(-span)}";
        if (span.Days > 0)
            parts.Add($"{span.Days} d");
        if (span.Hours > 0)
            parts.Add($"{span.Hours} h");
        if (span.Minutes > 0)
            parts.Add($"{span.Minutes} min");
        if (span.Seconds > 0 || (span.Milliseconds == 0 && parts.Count == 0))
            parts.Add($"{span.Seconds} s");
        if (span.Milliseconds > 0)
            parts.Add($"{span.Milliseconds} ms");
        return string.Join(' ', parts);
    }

    /// <summary>Formats a message in one line, without absent members.</summary>
    public static string Content(JsonElement content)
    {
        var text = Write(content);
        if (text.Length <= MaxMessageLength)
            return text;
        var kept = 0;
        // Never cut within what a reader sees as one character.
        while (StringInfo.GetNextTextElementLength(text.AsSpan(kept)) is var next && kept + next <= MaxMessageLength)
            kept += next;
        return $"{text[..kept]}…";
    }

    static string Write(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Object =>
                $"{{ {string.Join(", ", value.EnumerateObject().Where(it => it.Value.ValueKind != JsonValueKind.Null).Select(it => $"{it.Name}: {Write(it.Value)}"))} }}",
            JsonValueKind.Array => $"[{string.Join(", ", value.EnumerateArray().Select(Write))}]",
            JsonValueKind.String => value.GetString() ?? "",
            _ => value.GetRawText(),
        };
}
