using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using RabbitMQ.Client;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.ErrorQueues.Raw;

/// <summary>A message as it lies in a queue, with everything that can be read from it, even if it is malformed.</summary>
/// <remarks>The members have the names of the API's failed messages.</remarks>
internal sealed record RawMessage(
    string Queue,
    int Position,
    string? MessageId,
    string? MessageType,
    Guid? RideId,
    string? FailedAt,
    string? ExceptionType,
    string? ExceptionMessage,
    string? StackTrace,
    IReadOnlyDictionary<string, JsonNode?> Headers,
    string RoutingKey,
    string? ContentType,
    int BodyLength,
    JsonNode? Body,
    string? BodyText,
    string? BodyBase64
)
{
    /// <summary>Reads a message.</summary>
    /// <param name="queue">The queue that it was taken from.</param>
    /// <param name="position">Its place in the queue; the oldest message has 1.</param>
    /// <param name="taken">The message.</param>
    public static RawMessage Read(string queue, int position, BasicGetResult taken)
    {
        var properties = taken.BasicProperties;
        var headers = new SortedDictionary<string, JsonNode?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in properties.Headers ?? new Dictionary<string, object?>())
            headers[name] = Node(value);
        var body = taken.Body.ToArray();
        var json = Parse(body);
        var shown = IsWritable(json) ? json : null;
        var text = shown is null && Utf8.IsValid(body) ? Encoding.UTF8.GetString(body) : null;
        var death = ((headers.GetValueOrDefault(FailureHeaders.Deaths) as JsonArray)?.FirstOrDefault()) as JsonObject;
        return new RawMessage(
            queue,
            position,
            TextOf(Envelope(json)?["messageId"]) ?? properties.MessageId,
            ShortName(TextOf((Envelope(json)?["messageType"] as JsonArray)?.FirstOrDefault()))
                ?? ShortName(Header("MT-MessageType")?.Split(';')[0])
                ?? ShortName(Header(FailureHeaders.FaultMessageType)),
            RideOf(json),
            Header(FailureHeaders.Timestamp) ?? TextOf(death?["time"]),
            Header(FailureHeaders.ExceptionType)
                // No consumer recorded the reason: the broker moved the message.
                ?? (death is null ? null : $"RabbitMQ: {TextOf(death["reason"])}"),
            Header(FailureHeaders.ExceptionMessage),
            Header(FailureHeaders.StackTrace),
            headers,
            taken.RoutingKey,
            properties.ContentType,
            body.Length,
            shown,
            text,
            shown is null && text is null ? Convert.ToBase64String(body) : null
        );

        string? Header(string name) => TextOf(headers.GetValueOrDefault(name));
    }

    /// <summary>Returns the ride that a message is about; null if it names none.</summary>
    public static Guid? RideOf(JsonNode? json) =>
        (Envelope(json)?["message"] ?? json) is JsonObject message
        && Guid.TryParse(TextOf(message["rideId"]), out var ride)
            ? ride
            : null;

    /// <summary>Parses a body; null if it is not JSON.</summary>
    public static JsonNode? Parse(byte[] body)
    {
        // A name in another encoding, or a duplicate one, is detected only when it is looked up, and then throws.
        if (!Utf8.IsValid(body))
            return null;
        try
        {
            return JsonNode.Parse(body, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        // The second: a name with an escaped half of a surrogate pair.
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>
    /// Returns a body without MassTransit's redelivery count, which its envelope holds, too; otherwise unchanged.
    /// </summary>
    public static ReadOnlyMemory<byte> WithoutRedeliveryCount(byte[] body)
    {
        var envelope = Envelope(Parse(body));
        if (envelope?["headers"] is not JsonObject headers || !headers.Remove(FailureHeaders.RedeliveryCount))
            return body;
        try
        {
            return JsonSerializer.SerializeToUtf8Bytes(envelope);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // A value with an escaped half of a surrogate pair cannot be written again.
            return body;
        }
    }

    // A value with an escaped half of a surrogate pair cannot be written again.
    static bool IsWritable(JsonNode? json)
    {
        try
        {
            return json?.ToJsonString() is not null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    // MassTransit's envelope. A raw JSON message has none.
    static JsonObject? Envelope(JsonNode? json) =>
        json is JsonObject candidate && candidate["message"] is not null ? candidate : null;

    static string? TextOf(JsonNode? node)
    {
        try
        {
            return node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
        }
        catch (InvalidOperationException)
        {
            // An escaped half of a surrogate pair: valid JSON, but not valid text.
            return null;
        }
    }

    // urn:message:RideBooking.Contracts:RideCompleted, or a type's full name
    static string? ShortName(string? type) =>
        string.IsNullOrWhiteSpace(type) ? null : type[(type.LastIndexOfAny([':', '.', '+']) + 1)..];

    static JsonNode? Node(object? value) =>
        value switch
        {
            null => null,
            byte[] text when Utf8.IsValid(text) => Encoding.UTF8.GetString(text),
            byte[] bytes => $"base64:{Convert.ToBase64String(bytes)}",
            BinaryTableValue binary => $"base64:{Convert.ToBase64String(binary.Bytes ?? [])}",
            bool flag => flag,
            // Some producers write milliseconds: no clock shows so many seconds.
            AmqpTimestamp { UnixTime: >= 0 and <= 253_402_300_799 and var seconds } => DateTimeOffset
                .FromUnixTimeSeconds(seconds)
                .ToString("O", CultureInfo.InvariantCulture),
            AmqpTimestamp time => time.UnixTime,
            IDictionary<string, object?> table => new JsonObject(
                table.Select(entry => KeyValuePair.Create(entry.Key, Node(entry.Value)))
            ),
            IList list => new JsonArray([.. list.Cast<object?>().Select(Node)]),
            double or float => value.ToString(),
            IConvertible number => JsonValue.Create(Convert.ToDecimal(number, CultureInfo.InvariantCulture)),
            _ => value.ToString(),
        };
}
