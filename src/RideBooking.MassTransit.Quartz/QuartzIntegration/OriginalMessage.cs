using System.Text.Json;
using MassTransit.Serialization;

namespace MassTransit.QuartzIntegration;

/// <summary>A message to be redelivered exactly as it was received.</summary>
/// <remarks>
/// It is scheduled like any other message, but when it is due, the destination receives the original, byte for byte, and not
/// this wrapper.
/// </remarks>
public sealed record OriginalMessage
{
    /// <summary>The body, in Base64.</summary>
    public required string Body { get; init; }

    /// <summary>The body's content type.</summary>
    public required string ContentType { get; init; }

    /// <summary>The message id known to the transport, if any.</summary>
    public Guid? MessageId { get; init; }

    /// <summary>The correlation id known to the transport, if any.</summary>
    public Guid? CorrelationId { get; init; }

    /// <summary>The message's conversation, for send observers; the envelope contains it, too.</summary>
    public Guid? ConversationId { get; init; }

    /// <summary>The transport's headers, as a JSON object of strings, numbers and booleans.</summary>
    public string? Headers { get; init; }

    /// <summary>The transport's properties, in the same form.</summary>
    public string? Properties { get; init; }

    /// <summary>
    /// Writes headers or properties as JSON. A value that is not a string, number or boolean is written as a string.
    /// </summary>
    public static string? ToJson(IEnumerable<KeyValuePair<string, object>> values) =>
        ScheduledMessageData.ToJson(values);

    internal static readonly string Urn = MessageUrn.ForTypeString<OriginalMessage>();

    internal void WriteTo(SendContext context)
    {
        context.MessageId = MessageId;
        context.CorrelationId = CorrelationId;
        context.ConversationId = ConversationId;
        foreach (var (name, value) in ScheduledMessageData.ReadJson(Headers))
            context.Headers.Set(name, value);
        if (
            context is Context.TransportSendContext transport
            && ScheduledMessageData.ReadJson(Properties) is { Count: > 0 } properties
        )
            transport.ReadPropertiesFrom(properties);
        context.Serializer = new CopyBodySerializer(
            new System.Net.Mime.ContentType(ContentType),
            new BytesMessageBody(Convert.FromBase64String(Body))
        );
    }
}
