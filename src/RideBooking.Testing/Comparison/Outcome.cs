using System.Text.Json;
using System.Text.RegularExpressions;
using MassTransit;
using RideBooking.Testing.Values;

namespace RideBooking.Testing.Comparison;

/// <summary>One result of a step: a message, a timer, a failure, or a stored instance.</summary>
/// <param name="What">The kind of result, without its content.</param>
/// <param name="Facts">Its content: paths and values, without absent members.</param>
sealed partial record Outcome(string What, IReadOnlyList<(string Path, string Value)> Facts)
{
    public static Outcome Published(string urn, JsonElement content) => Create($"published {NameOf(urn)}", content);

    public static Outcome Sent(string urn, JsonElement content, string queue) =>
        Create($"sent {NameOf(urn)} to {queue}", content);

    public static Outcome Responded(string urn, JsonElement content) => Create($"answered {NameOf(urn)}", content);

    public static Outcome Scheduled(string urn, JsonElement content, DateTimeOffset due) =>
        Create($"scheduled {NameOf(urn)}", content, ("due", Formatting.Time(due)));

    public static Outcome Cancelled(string urn, JsonElement content) => Create($"cancelled {NameOf(urn)}", content);

    public static Outcome CancelledUnknownMessage() => new("cancelled a scheduled message that was not pending", []);

    /// <summary>A timer fired that was cancelled, or had fired before.</summary>
    public static Outcome DeliveredUnexpectedly(string urn, JsonElement content) =>
        Create($"fired although it was not pending: {NameOf(urn)}", content);

    /// <summary>A timer fired before it was due.</summary>
    public static Outcome DeliveredEarly(string urn, JsonElement content, DateTimeOffset due) =>
        Create($"fired before it was due: {NameOf(urn)}", content, ("due", Formatting.Time(due)));

    public static Outcome Failed(string urn, JsonElement content, string exception) =>
        Create($"failed on {NameOf(urn)}", content, ("exception", exception));

    /// <summary>An instance as it is stored.</summary>
    /// <param name="isCompared">Whether a member of the instance is compared.</param>
    public static Outcome Stored(object saga, string state, Func<string, bool> isCompared) =>
        new(
            Formatting.TypeName(saga.GetType()),
            [
                ("state", state),
                .. Values
                    .Facts.Of(saga)
                    .Where(fact => isCompared(fact.Path.Split('.', '[')[0]))
                    .Select(fact => (fact.Path, Plain(fact.Value))),
            ]
        );

    /// <summary>The lab's observation as an outcome, if it can be observed from outside; otherwise null.</summary>
    public static Outcome? Of(Observation it) =>
        it.Kind switch
        {
            ObservationKind.Published => Published(Urn(it), it.Envelope!.Content),
            ObservationKind.Sent => Sent(Urn(it), it.Envelope!.Content, QueueOf(it.Destination!)),
            ObservationKind.Responded => Responded(Urn(it), it.Envelope!.Content),
            ObservationKind.Scheduled => Scheduled(Urn(it), it.Envelope!.Content, it.Due!.Value),
            ObservationKind.Cancelled => it.Envelope is null
                ? CancelledUnknownMessage()
                : Cancelled(Urn(it), it.Envelope.Content),
            ObservationKind.Faulted => Failed(
                Urn(it),
                it.Envelope!.Content,
                TypeCache.GetShortName(it.Exception!.GetType())
            ),
            _ => null,
        };

    /// <summary>The queue's name, without the broker and the virtual host.</summary>
    public static string QueueOf(Uri address) => address.AbsolutePath.Split('/', ':')[^1];

    public override string ToString() =>
        $"{What} {{ {string.Join(", ", Facts.Select(fact => $"{fact.Path}: {fact.Value}"))} }}";

    static string Urn(Observation it) => MessageUrn.ForTypeString(it.MessageType!);

    /// <summary>Extracts the type's name from MassTransit's URN: <c>urn:message:Namespace:Outer+Name[[…]]</c>.</summary>
    static string NameOf(string urn)
    {
        var text = urn.Replace("urn:message:", "", StringComparison.Ordinal)
            .Replace("[[", "<", StringComparison.Ordinal);
        text = text.Replace("],[", ", ", StringComparison.Ordinal).Replace("]]", ">", StringComparison.Ordinal);
        return string.Concat(text.Split('<').Select((part, at) => (at == 0 ? "" : "<") + part.Split(':', '+')[^1]));
    }

    static Outcome Create(string what, JsonElement content, params IEnumerable<(string, string)> more)
    {
        List<(string, string)> facts = [.. more];
        Collect(content, "", facts);
        return new Outcome(what, facts);
    }

    static void Collect(JsonElement value, string path, List<(string, string)> facts)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null or JsonValueKind.Undefined:
                break;
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                    Collect(property.Value, path.Length == 0 ? property.Name : $"{path}.{property.Name}", facts);
                break;
            case JsonValueKind.Array:
                var at = 0;
                foreach (var element in value.EnumerateArray())
                    Collect(element, $"{path}[{at++}]", facts);
                if (at == 0)
                    facts.Add((path, "[]"));
                break;
            case JsonValueKind.String:
                facts.Add((path, Plain(value.GetString()!)));
                break;
            default:
                facts.Add((path, Plain(value.GetRawText())));
                break;
        }
    }

    // 12.40 equals 12.4, because databases change the scale. (In MassTransit's JSON, a decimal is a string.)
    static string Plain(string value) => Fraction().IsMatch(value) ? value.TrimEnd('0').TrimEnd('.') : value;

    [GeneratedRegex(@"^-?\d+\.\d+$")]
    private static partial Regex Fraction();
}
