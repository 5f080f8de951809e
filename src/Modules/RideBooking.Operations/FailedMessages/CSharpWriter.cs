using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using RideBooking.Contracts;

namespace RideBooking.Operations.FailedMessages;

/// <summary>Writes values as C# expressions, as a person writes them in a test.</summary>
internal sealed class CSharpWriter
{
    const int MaxLine = 90;
    readonly SortedSet<string> _namespaces = new(StringComparer.Ordinal);
    readonly Dictionary<string, Type> _names = new(StringComparer.Ordinal);

    /// <summary>The namespaces that the file must import.</summary>
    public IReadOnlyCollection<string> Namespaces => _namespaces;

    /// <summary>Returns the name of a type in the file.</summary>
    public string Name(Type type)
    {
        if (type.IsGenericType || type.IsArray)
            throw Unwritable(type);
        var name = type.IsNested ? $"{Name(type.DeclaringType!)}.{type.Name}" : type.Name;
        if (!_names.TryAdd(name, type) && _names[name] != type)
            return $"global::{type.FullName!.Replace('+', '.')}";
        if (type.Namespace is { } imported)
            _namespaces.Add(imported);
        return name;
    }

    /// <summary>Writes a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="hide">What of it is replaced.</param>
    /// <param name="indent">The indentation of the line on which it begins.</param>
    /// <exception cref="NotSupportedException">The value cannot be written as an expression.</exception>
    public string Of(object? value, Hidden hide = Hidden.Nothing, int indent = 0) =>
        value switch
        {
            null => "null",
            string text => Text(hide == Hidden.Nothing ? text : PersonalDataAttribute.Redacted),
            bool flag => flag ? "true" : "false",
            Enum constant => Enum.IsDefined(constant.GetType(), constant)
                ? $"{Name(constant.GetType())}.{constant}"
                : $"({Name(constant.GetType())}){Number(Convert.ToInt64(constant, CultureInfo.InvariantCulture))}",
            double or float when hide == Hidden.TextsAndPlaces => "0",
            double number => $"{number.ToString("R", CultureInfo.InvariantCulture)}d",
            float number => $"{number.ToString("R", CultureInfo.InvariantCulture)}f",
            decimal number => $"{number.ToString("0.#############################", CultureInfo.InvariantCulture)}m",
            long number => $"{Number(number)}L",
            int or short or byte => Number((IFormattable)value),
            Guid id => $"new Guid({Text(id.ToString())})",
            DateTimeOffset instant => Parsed(
                nameof(DateTimeOffset),
                instant.ToString("O", CultureInfo.InvariantCulture)
            ),
            TimeSpan span => Parsed(nameof(TimeSpan), span.ToString("c", CultureInfo.InvariantCulture)),
            DateOnly date => Parsed(nameof(DateOnly), date.ToString("O", CultureInfo.InvariantCulture)),
            TimeOnly time => Parsed(nameof(TimeOnly), time.ToString("O", CultureInfo.InvariantCulture)),
            Uri address => $"new Uri({Text(address.OriginalString)})",
            IDictionary => throw Unwritable(value.GetType()),
            IEnumerable items => Join(
                "[",
                [.. items.Cast<object?>().Select(item => Of(item, hide, indent + 1))],
                "]",
                indent
            ),
            _ => Object(value, _ => hide, indent),
        };

    /// <summary>Writes an object with its constructor and its properties.</summary>
    /// <param name="value">The object.</param>
    /// <param name="hide">What of a property is replaced.</param>
    /// <param name="indent">The indentation of the line on which it begins.</param>
    /// <exception cref="NotSupportedException">The object cannot be written as an expression.</exception>
    public string Object(object value, Func<PropertyInfo, Hidden> hide, int indent = 0)
    {
        var type = value.GetType();
        if (type.Namespace?.StartsWith("System", StringComparison.Ordinal) != false)
            throw Unwritable(type);
        var properties = type.GetProperties(BindingFlags.Instance | BindingFlags.Public)
            .Where(property => property.GetIndexParameters().Length == 0)
            .ToDictionary(property => property.Name, StringComparer.OrdinalIgnoreCase);
        var constructor =
            type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
                .Where(found => found.GetParameters().All(parameter => properties.ContainsKey(parameter.Name ?? "")))
                .MaxBy(found => found.GetParameters().Length)
            ?? throw Unwritable(type);
        var parameters = constructor.GetParameters().Select(parameter => properties[parameter.Name!]).ToList();
        var start = $"new {Name(type)}";
        var call =
            parameters.Count == 0
                ? ""
                : Join(
                    "(",
                    [.. parameters.Select(property => Of(property.GetValue(value), hide(property), indent + 1))],
                    ")",
                    indent,
                    [.. constructor.GetParameters().Select(parameter => $"{parameter.Name}: ")]
                );
        var initial = parameters.Count == 0 ? constructor.Invoke(null) : null;
        var members = properties
            .Values.Except(parameters)
            .Where(property => property.SetMethod is { IsPublic: true })
            .Where(property => !Equals(property.GetValue(value), initial is null ? null : property.GetValue(initial)))
            .Select(property => $"{property.Name} = {Of(property.GetValue(value), hide(property), indent + 1)}")
            .ToList();
        return (call, members) switch
        {
            ("", []) => $"{start}()",
            (_, []) => start + call,
            _ => $"{start}{call}\n{Spaces(indent)}{{\n"
                + string.Concat(members.Select(member => $"{Spaces(indent + 1)}{member},\n"))
                + $"{Spaces(indent)}}}",
        };
    }

    /// <summary>Returns a string literal.</summary>
    public static string Text(string text)
    {
        var literal = new StringBuilder("\"");
        foreach (var character in text)
            _ = character switch
            {
                '"' or '\\' => literal.Append('\\').Append(character),
                < ' ' or > '~' => literal.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
                _ => literal.Append(character),
            };
        return literal.Append('"').ToString();
    }

    // One line if it is short; else one line for each item, with its name.
    static string Join(string open, string[] items, string close, int indent, string[]? names = null)
    {
        var line = open + string.Join(", ", items) + close;
        return line.Length <= MaxLine && !line.Contains('\n')
            ? line
            : $"{open}\n"
                + string.Join(",\n", items.Select((item, at) => $"{Spaces(indent + 1)}{names?[at]}{item}"))
                + $"\n{Spaces(indent)}{close}";
    }

    static string Spaces(int indent) => new(' ', indent * 4);

    static string Number(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);

    static string Parsed(string type, string text) => $"{type}.Parse({Text(text)}, CultureInfo.InvariantCulture)";

    static NotSupportedException Unwritable(Type type) => new($"A {type.Name} cannot be written in a test.");
}

/// <summary>What of a value is not shown.</summary>
internal enum Hidden
{
    Nothing,

    /// <summary>Texts read as redacted.</summary>
    Texts,

    /// <summary>Texts read as redacted, and coordinates as 0.</summary>
    TextsAndPlaces,
}
