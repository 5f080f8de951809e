using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MassTransit;
using RideBooking.Platform;
using RideBooking.Platform.Messaging;

namespace RideBooking.Operations.ErrorQueues;

/// <summary>A message as it lies in an error or skipped queue, and what can be read of it, however broken it is.</summary>
internal sealed partial class FailedMessage
{
    const int MaxTextLength = 500;

    readonly JsonObject? _envelope;

    /// <param name="queue">The error or skipped queue.</param>
    /// <param name="headers">The transport's headers as texts.</param>
    /// <param name="contentType">What the body says it is written in.</param>
    /// <param name="body">The body as it came.</param>
    /// <param name="transportMessageId">The message id the transport knows, if it knows one.</param>
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
        // MassTransit's envelope; a raw JSON message has none.
        _envelope = Json is JsonObject candidate && candidate["message"] is not null ? candidate : null;

        MessageId = Text("messageId") ?? transportMessageId ?? Header(MessageHeaders.MessageId);
        MessageType =
            ShortName(TextOf((_envelope?["messageType"] as JsonArray)?.FirstOrDefault()))
            ?? ShortName(Header(MessageHeaders.MessageType)?.Split(';')[0])
            ?? ShortName(Header(MessageHeaders.FaultMessageType));
        RideId = FindRide();
        SentAt = Instant(Text("sentTime"));
        FailedAt = Instant(Header(MessageHeaders.FaultTimestamp)) ?? SentAt;
        Attempts = 1 + Number(Header(MessageHeaders.FaultRedeliveryCount) ?? RedeliveryCount());
        Fingerprint = Hash(
            $"{Endpoint}\n{MessageType}\n{ExceptionType}\n{Variable().Replace(ExceptionMessage?.Split('\n')[0] ?? "", "#")}"
        );
        Id = $"{queue}.{Hash($"{MessageId ?? Convert.ToHexString(body)}\n{Header(MessageHeaders.FaultTimestamp)}")}";
    }

    /// <summary>Names it while it lies there: when it fails again it is another one.</summary>
    public string Id { get; }

    public string Queue { get; }

    public IReadOnlyDictionary<string, string?> Headers { get; }

    /// <summary>The headers and properties as RabbitMQ has them, where the message is to be put back.</summary>
    public string? Properties { get; init; }

    public string? ContentType { get; }

    public byte[] Body { get; }

    /// <summary>The body, where it is JSON.</summary>
    public JsonNode? Json { get; }

    /// <summary>The queue it failed in.</summary>
    public string Endpoint => EndpointOf(Queue);

    public string? MessageId { get; }

    /// <summary>The event's or command's name without its namespace.</summary>
    public string? MessageType { get; }

    public Guid? RideId { get; }

    public string? ExceptionType => Header(MessageHeaders.FaultExceptionType);

    public string? ExceptionMessage => Header(MessageHeaders.FaultMessage);

    public string? StackTrace => Header(MessageHeaders.FaultStackTrace);

    /// <summary>The same for messages that failed for the same reason.</summary>
    public string Fingerprint { get; }

    /// <summary>How often it was delivered; retries in memory count as one delivery.</summary>
    public int Attempts { get; }

    public DateTimeOffset? FailedAt { get; }

    public DateTimeOffset? SentAt { get; }

    /// <summary>The queue whose failed or skipped messages lie in this one.</summary>
    public static string EndpointOf(string queue) =>
        queue.EndsWith(ReceiveEndpoints.ErrorSuffix, StringComparison.Ordinal)
            ? queue[..^ReceiveEndpoints.ErrorSuffix.Length]
        : queue.EndsWith(ReceiveEndpoints.SkippedSuffix, StringComparison.Ordinal)
            ? queue[..^ReceiveEndpoints.SkippedSuffix.Length]
        : queue;

    /// <summary>The queue in a message's id.</summary>
    public static string? QueueOf(string id) => id.LastIndexOf('.') is > 0 and var dot ? id[..dot] : null;

    /// <summary>Whether a header tells of the failure, and goes when the message is sent back.</summary>
    public static bool DescribesFailure(string header) =>
        header.StartsWith("MT-Fault-", StringComparison.OrdinalIgnoreCase)
        || header.StartsWith("MT-Host-", StringComparison.OrdinalIgnoreCase)
        || BrokerDeadLetters.Tells(header)
        || header.Equals(MessageHeaders.Reason, StringComparison.OrdinalIgnoreCase)
        // A message that has had its redeliveries would get none after it is sent back.
        || header.Equals(MessageHeaders.RedeliveryCount, StringComparison.OrdinalIgnoreCase)
        || header.Equals(DueTime.Header, StringComparison.OrdinalIgnoreCase);

    /// <summary>The body without the count of redeliveries, which MassTransit keeps in the envelope too; else untouched.</summary>
    public byte[] BodyToSend()
    {
        if (_envelope?["headers"] is not JsonObject headers || !headers.ContainsKey(MessageHeaders.RedeliveryCount))
            return Body;
        var envelope = _envelope.DeepClone();
        envelope["headers"]!.AsObject().Remove(MessageHeaders.RedeliveryCount);
        return JsonSerializer.SerializeToUtf8Bytes(envelope);
    }

    string? Header(string name) => Headers.GetValueOrDefault(name);

    string? Text(string member) => TextOf(_envelope?[member]);

    /// <summary>A text that is kept and shown; null for anything else.</summary>
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
            // Half a surrogate pair, escaped: JSON, but no text.
            return null;
        }
    }

    string? RedeliveryCount() =>
        Header(MessageHeaders.RedeliveryCount)
        ?? (_envelope?["headers"] as JsonObject)?[MessageHeaders.RedeliveryCount]?.ToString();

    Guid? FindRide()
    {
        var message = _envelope?["message"] ?? Json;
        return
            message is JsonObject members
            && TextOf(members["rideId"]) is { } text
            && Guid.TryParse(text, out var rideId)
            ? rideId
            : null;
    }

    static JsonNode? Parse(byte[] body)
    {
        try
        {
            // A member that is there twice is found only when it is looked for, and then throws.
            return JsonNode.Parse(body, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // urn:message:RideBooking.Contracts:RideCompleted, or a type's full name
    static string? ShortName(string? type) =>
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

    // Ids, numbers and what is quoted differ from one failure to the next.
    [GeneratedRegex("""[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}|\d+|'[^']*'|"[^"]*" ?""")]
    private static partial Regex Variable();
}
