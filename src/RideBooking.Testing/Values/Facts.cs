using System.Collections;
using System.Globalization;

namespace RideBooking.Testing.Values;

/// <summary>An object as a list of paths and values, for comparing and printing instances.</summary>
static class Facts
{
    const int MaxDepth = 12;

    public static List<(string Path, string Value)> Of(object instance)
    {
        List<(string, string)> facts = [];
        Collect(instance, "", facts, 0);
        return facts;
    }

    static void Collect(object? value, string path, List<(string, string)> facts, int depth)
    {
        switch (value)
        {
            case null:
                facts.Add((path, "null"));
                break;
            case MassTransit.State state:
                facts.Add((path, state.Name));
                break;
            case not null when depth > MaxDepth:
                facts.Add((path, "…"));
                break;
            case Delegate:
                break;
            case string text:
                facts.Add((path, $"\"{text}\""));
                break;
            case IFormattable plain when DeepCopy.IsImmutable(value.GetType()):
                facts.Add((path, Plain(plain)));
                break;
            case not null when DeepCopy.IsImmutable(value.GetType()):
                facts.Add((path, value.ToString() ?? ""));
                break;
            case IDictionary map:
                foreach (DictionaryEntry entry in map)
                    Collect(entry.Value, $"{path}[{entry.Key}]", facts, depth + 1);
                break;
            case IEnumerable items:
                var at = 0;
                foreach (var item in items)
                    Collect(item, $"{path}[{at++}]", facts, depth + 1);
                if (at == 0)
                    facts.Add((path, "[]"));
                break;
            default:
                foreach (var field in DeepCopy.Fields(value.GetType()))
                {
                    var name = Formatting.MemberName(field);
                    Collect(field.GetValue(value), path.Length == 0 ? name : $"{path}.{name}", facts, depth + 1);
                }
                break;
        }
    }

    static string Plain(IFormattable value) =>
        value switch
        {
            DateTimeOffset time => time.ToString("O", CultureInfo.InvariantCulture),
            DateTime time => time.ToString("O", CultureInfo.InvariantCulture),
            _ => value.ToString(null, CultureInfo.InvariantCulture),
        };
}
