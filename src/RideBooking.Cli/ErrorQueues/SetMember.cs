using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RideBooking.Cli.ErrorQueues;

/// <summary>Sets a value of a message, as given by <c>--set /pointer=value</c>.</summary>
/// <param name="Pointer">A JSON Pointer to a member of an object, or to an element of an array.</param>
/// <param name="Value">The value.</param>
internal sealed record SetMember(string Pointer, JsonNode? Value)
{
    bool IsElement => int.TryParse(Name(Pointer), out _);

    /// <summary>Creates the option <c>--set</c>, which can be given several times.</summary>
    public static Option<string[]> Option()
    {
        var option = new Option<string[]>("--set")
        {
            Description =
                "Set a value of the message: /pointer=value. The value is JSON, such as 6100 or null; anything else is text. Can be repeated.",
            HelpName = "/pointer=value",
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
        };
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => !IsValid(token.Value)))
                result.AddError($"'{token.Value}' is not of the form /pointer=value");
        });
        return option;
    }

    /// <summary>Reads the values of the option.</summary>
    public static IReadOnlyList<SetMember> Of(IEnumerable<string>? values) => [.. (values ?? []).Select(Parse)];

    /// <summary>Sets the value in a message.</summary>
    /// <exception cref="CommandFailedException">The message has no such place.</exception>
    public void Apply(JsonNode message)
    {
        JsonNode? parent = message;
        foreach (var name in Pointer.Split('/')[1..^1])
            parent = parent switch
            {
                JsonObject members => members[Unescape(name)],
                JsonArray items when int.TryParse(name, out var index) && index < items.Count => items[index],
                _ => null,
            };
        var last = Name(Pointer);
        switch (parent)
        {
            case JsonObject members:
                members[last] = Value?.DeepClone();
                break;
            case JsonArray items when int.TryParse(last, out var index) && index >= 0 && index < items.Count:
                items[index] = Value?.DeepClone();
                break;
            default:
                throw new CommandFailedException(ExitCode.Usage, $"The message has no {Pointer}.");
        }
    }

    /// <summary>Returns the operation of a JSON patch that sets the value.</summary>
    public JsonObject Operation() =>
        new()
        {
            // To add an element to an array would move the others.
            ["op"] = IsElement ? "replace" : "add",
            ["path"] = Pointer,
            ["value"] = Value?.DeepClone(),
        };

    static bool IsValid(string text) =>
        text.IndexOf('=', StringComparison.Ordinal) is > 1 and var end && text[0] == '/' && text[end - 1] != '/';

    static SetMember Parse(string text)
    {
        var end = text.IndexOf('=', StringComparison.Ordinal);
        return new(text[..end], ValueOf(text[(end + 1)..]));
    }

    static JsonNode? ValueOf(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }

    static string Name(string pointer) => Unescape(pointer[(pointer.LastIndexOf('/') + 1)..]);

    static string Unescape(string name) =>
        name.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
}
