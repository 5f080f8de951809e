using System.Text.Json;
using MassTransit.Serialization;

namespace MassTransit.QuartzIntegration;

/// <summary>
/// A message to be delivered again exactly as it came: scheduled like any other, it is the original that reaches the
/// destination when it is due, byte for byte, and not this.
/// </summary>
public sealed record OriginalMessage
{
    /// <summary>The body, in Base64.</summary>
    public required string Body { get; init; }

    /// <summary>The body's content type.</summary>
    public required string ContentType { get; init; }

    /// <summary>The id the transport knows it by, if any.</summary>
    public Guid? MessageId { get; init; }

    /// <summary>The correlation id the transport knows, if any.</summary>
    public Guid? CorrelationId { get; init; }

    /// <summary>The conversation it belongs to, for those who observe what is sent; its envelope says it, too.</summary>
    public Guid? ConversationId { get; init; }

    /// <summary>The transport's headers, a JSON object of texts, numbers and truth values.</summary>
    public string? Headers { get; init; }

    /// <summary>The transport's properties, a JSON object likewise.</summary>
    public string? Properties { get; init; }

    /// <summary>Writes headers or properties. What is no text, number or truth value is written as text.</summary>
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
