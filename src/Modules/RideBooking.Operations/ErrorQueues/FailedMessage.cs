using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using MassTransit;
using RideBooking.Platform;
using RideBooking.Platform.Messaging;

namespace RideBooking.Operations.ErrorQueues;

/// <summary>
/// A message in an error or skipped queue, with everything that can be read from it, even if it is malformed.
/// </summary>
internal sealed partial class FailedMessage
{
    const int MaxTextLength = 500;
    const string EnvelopeContentType = "application/vnd.masstransit+json";

    readonly JsonObject? _envelope;

    /// <param name="queue">The error or skipped queue.</param>
    /// <param name="headers">The transport's headers as text.</param>
    /// <param name="contentType">The content type that the message declares.</param>
    /// <param name="body">The body, unchanged.</param>
    /// <param name="transportMessageId">The message id that the transport knows, if any.</param>
    public FailedMessage(
        string queue,
        IReadOnlyDictionary<string, string?> headers,
        string? contentType,
        byte[] body,
        string? transportMessageId = null
    )
    {
        Queue = queue;
        Headers = headers;
        ContentType = contentType;
        Body = body;
        Json = Parse(body);
        // MassTransit's envelope. A raw JSON message has none.
        _envelope = Json is JsonObject candidate && candidate["message"] is not null ? candidate : null;

        MessageId = Text("messageId") ?? transportMessageId ?? Header(MessageHeaders.MessageId);
        MessageType =
            ShortName(TextOf((_envelope?["messageType"] as JsonArray)?.FirstOrDefault()))
            ?? ShortName(Header(MessageHeaders.MessageType)?.Split(';')[0])
            ?? ShortName(Header(MessageHeaders.FaultMessageType));
        RideId = Guid.TryParse(Member("rideId"), out var rideId) ? rideId : null;
        RiderId = Member("riderId");
        DriverId = Member("driverId");
        SentAt = Instant(Text("sentTime"));
        FailedAt = Instant(Header(MessageHeaders.FaultTimestamp)) ?? SentAt;
        Attempts = 1 + Number(Header(MessageHeaders.FaultRedeliveryCount) ?? RedeliveryCount());
        TopFrame = TopFrameOf(StackTrace);
        Fingerprint = FingerprintOf(Endpoint, MessageType, ExceptionType, ExceptionMessage, TopFrame);
        // A skipped message does not say when it failed. When it was sent back and is skipped again, it says when it was sent.
        var when = Header(MessageHeaders.FaultTimestamp) ?? Header(DueTime.Header);
        // Of two equal messages without an id and a time, neither may pass for the other.
        var identity = MessageId ?? (when is null ? $"{Guid.NewGuid()}" : Convert.ToHexString(body));
        Id = $"{queue}.{Hash($"{identity}\n{when}")}";
    }

    /// <summary>Identifies this failure of the message: if it fails again, that failure has another id.</summary>
    public string Id { get; private init; }

    /// <summary>Returns the stored message under the id with which it was stored.</summary>
    public static FailedMessage Stored(
        string id,
        string queue,
        IReadOnlyDictionary<string, string?> headers,
        string? contentType,
        byte[] body,
        string? messageId,
        string? properties,
        string? routingKey
    ) =>
        new(queue, headers, contentType, body, messageId)
        {
            Id = id,
            Properties = properties,
            RoutingKey = routingKey,
        };

    public string Queue { get; }

    public IReadOnlyDictionary<string, string?> Headers { get; }

    /// <summary>The headers and properties as RabbitMQ stores them, for sending the message back.</summary>
    public string? Properties { get; init; }

    /// <summary>The routing key with which RabbitMQ delivered it.</summary>
    public string? RoutingKey { get; init; }

    public string? ContentType { get; }

    public byte[] Body { get; }

    /// <summary>The body, if it is JSON.</summary>
    public JsonNode? Json { get; }

    /// <summary>The message in the body: what the envelope contains; without an envelope, all of it; null if there is none.</summary>
    public JsonNode? Message =>
        IsEnveloped ? Json!["message"]
        : HasMessage ? Json
        : null;

    /// <summary>Whether the body contains a message that can be replaced.</summary>
    public bool HasMessage => IsEnveloped || (Json is not null && !DeclaresEnvelope);

    /// <summary>Whether the message is in MassTransit's envelope. Raw JSON has none.</summary>
    public bool IsEnveloped =>
        Json is JsonObject body
        && body.ContainsKey("message")
        && (DeclaresEnvelope || body["messageType"] is JsonArray);

    /// <summary>The message's types as URNs, most derived first, separated by semicolons; null if it does not say.</summary>
    public string? MessageUrns =>
        (Json as JsonObject)?["messageType"] is JsonArray { Count: > 0 } types
            ? string.Join(';', types.Select(TextOf))
            : Header(MessageHeaders.MessageType);

    bool DeclaresEnvelope => ContentType?.StartsWith(EnvelopeContentType, StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>The queue in which it failed.</summary>
    public string Endpoint => EndpointOf(Queue);

    public string? MessageId { get; }

    /// <summary>The name of the event or command, without its namespace.</summary>
    public string? MessageType { get; }

    public Guid? RideId { get; }

    public string? RiderId { get; }

    public string? DriverId { get; }

    public string? ExceptionType => Header(MessageHeaders.FaultExceptionType);

    public string? ExceptionMessage => Header(MessageHeaders.FaultMessage);

    public string? StackTrace => Header(MessageHeaders.FaultStackTrace);

    /// <summary>
    /// The method of a module that was running when it failed, without parameters; null if the stack trace names none.
    /// </summary>
    public string? TopFrame { get; }

    /// <summary>A hash that is the same for messages that failed for the same reason.</summary>
    public string Fingerprint { get; }

    /// <summary>How often it was delivered. In-memory retries count as one delivery.</summary>
    public int Attempts { get; }

    public DateTimeOffset? FailedAt { get; }

    public DateTimeOffset? SentAt { get; }

    /// <summary>Returns the fingerprint of a failure.</summary>
    public static string FingerprintOf(
        string endpoint,
        string? messageType,
        string? exceptionType,
        string? exceptionMessage,
        string? topFrame
    ) =>
        Hash(
            $"{endpoint}\n{messageType}\n{exceptionType}\n{Variable().Replace(exceptionMessage?.Split('\n')[0] ?? "", "#")}\n{topFrame}"
        );

    /// <summary>Returns the first method of a module in a stack trace, without parameters; null if there is none.</summary>
    /// <remarks>
    /// The compiler numbers lambdas, and a change elsewhere in the file renumbers them. Without the numbers, a failure has the
    /// same fingerprint after a release.
    /// </remarks>
    public static string? TopFrameOf(string? stackTrace) =>
        OwnFrame().Match(stackTrace ?? "") is { Success: true } frame
            ? CompilerNumber().Replace(frame.Groups["method"].Value, "").Shorten(MaxTextLength)
            : null;

    /// <summary>The endpoint whose failed or skipped messages this queue holds.</summary>
    public static string EndpointOf(string queue) =>
        queue.EndsWith(ReceiveEndpoints.ErrorSuffix, StringComparison.Ordinal)
            ? queue[..^ReceiveEndpoints.ErrorSuffix.Length]
        : queue.EndsWith(ReceiveEndpoints.SkippedSuffix, StringComparison.Ordinal)
            ? queue[..^ReceiveEndpoints.SkippedSuffix.Length]
        : queue;

    /// <summary>The queue that a failed message's id names.</summary>
    public static string? QueueOf(string id) => id.LastIndexOf('.') is > 0 and var dot ? id[..dot] : null;

    /// <summary>Whether a header describes the failure, and is removed when the message is sent back.</summary>
    public static bool DescribesFailure(string header) =>
        header.StartsWith("MT-Fault-", StringComparison.OrdinalIgnoreCase)
        || header.StartsWith("MT-Host-", StringComparison.OrdinalIgnoreCase)
        || BrokerDeadLetters.IsHeader(header)
        || header.Equals(MessageHeaders.Reason, StringComparison.OrdinalIgnoreCase)
        // A message that has used up its redeliveries would get none after a redrive.
        || header.Equals(MessageHeaders.RedeliveryCount, StringComparison.OrdinalIgnoreCase)
        || header.Equals(DueTime.Header, StringComparison.OrdinalIgnoreCase);

    /// <summary>The body without MassTransit's redelivery count, which the envelope holds too; otherwise unchanged.</summary>
    public byte[] BodyToSend()
    {
        if (_envelope?["headers"] is not JsonObject headers || !headers.ContainsKey(MessageHeaders.RedeliveryCount))
            return Body;
        var envelope = _envelope.DeepClone();
        envelope["headers"]!.AsObject().Remove(MessageHeaders.RedeliveryCount);
        try
        {
            return JsonSerializer.SerializeToUtf8Bytes(envelope);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // A value with an escaped half of a surrogate pair cannot be written again.
            return Body;
        }
    }

    /// <summary>Returns the body with another message. The rest of the envelope stays byte by byte.</summary>
    /// <param name="message">The message as JSON.</param>
    /// <param name="types">The message's types as URNs; null to keep them.</param>
    public byte[] BodyWith(byte[] message, IReadOnlyList<string>? types = null)
    {
        if (!IsEnveloped)
            return message;
        var typesText = types is null ? null : JsonSerializer.SerializeToUtf8Bytes(types);
        var body = new ArrayBufferWriter<byte>(Body.Length + message.Length);
        var reader = new Utf8JsonReader(Body);
        var copied = 0;
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1)
                continue;
            var replacement =
                reader.ValueTextEquals("message") ? message
                : reader.ValueTextEquals("messageType") ? typesText
                : null;
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (replacement is null)
                continue;
            body.Write(Body.AsSpan(copied, start - copied));
            body.Write(replacement);
            copied = (int)reader.BytesConsumed;
        }
        body.Write(Body.AsSpan(copied));
        return body.WrittenSpan.ToArray();
    }

    string? Header(string name) => Headers.GetValueOrDefault(name);

    string? Text(string member) => TextOf(_envelope?[member]);

    /// <summary>The value as text, if it can be stored and displayed; null otherwise.</summary>
    static string? TextOf(JsonNode? node)
    {
        try
        {
            return
                node is JsonValue value
                && value.TryGetValue<string>(out var text)
                && text.Length <= MaxTextLength
                && text.IsStorable()
                ? text
                : null;
        }
        catch (InvalidOperationException)
        {
            // An escaped half of a surrogate pair: valid JSON, but not valid text.
            return null;
        }
    }

    string? RedeliveryCount()
    {
        if (Header(MessageHeaders.RedeliveryCount) is { } header)
            return header;
        var count = (_envelope?["headers"] as JsonObject)?[MessageHeaders.RedeliveryCount];
        return count is JsonValue value && value.TryGetValue<int>(out var number)
            ? number.ToString(CultureInfo.InvariantCulture)
            : TextOf(count);
    }

    /// <summary>A member of the message itself, if it is text.</summary>
    string? Member(string name) => (_envelope?["message"] ?? Json) is JsonObject members ? TextOf(members[name]) : null;

    // Whatever the body is: a message that cannot be read would keep all others from moving to the store.
    static JsonNode? Parse(byte[] body)
    {
        // A name in another encoding is detected only when it is looked up, and then throws.
        if (!Utf8.IsValid(body))
            return null;
        try
        {
            // A duplicate member is detected only when it is looked up, and then throws.
            return JsonNode.Parse(body, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        // The second: a name with an escaped half of a surrogate pair.
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>
    /// The name of a message type without its namespace, given a URN such as <c>urn:message:RideBooking.Contracts:RideCompleted</c>, or
    /// the type's full name.
    /// </summary>
    public static string? ShortName(string? type) =>
        string.IsNullOrWhiteSpace(type) || type.Length > MaxTextLength
            ? null
            : type[(type.LastIndexOfAny([':', '.', '+']) + 1)..];

    static DateTimeOffset? Instant(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
            ? instant.ToUniversalTime()
            : null;

    static int Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];

    // Ids, numbers and quoted values differ from one failure to the next.
    [GeneratedRegex("""[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}|\d+|'[^']*'|"[^"]*" ?""")]
    private static partial Regex Variable();

    // Platform is in every stack trace. Only the module's method tells one failure from another.
    [GeneratedRegex(@"^\s*at (?<method>RideBooking\.(?!Platform\.)[^(\r\n]+)", RegexOptions.Multiline)]
    private static partial Regex OwnFrame();

    [GeneratedRegex(@"(?<=b__)\d+(_\d+)?|(?<=DisplayClass|\|)\d+(_\d+)?")]
    private static partial Regex CompilerNumber();
}
