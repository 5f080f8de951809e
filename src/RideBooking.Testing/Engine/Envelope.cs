using System.Text.Json;
using MassTransit.Serialization;

namespace RideBooking.Testing.Engine;

/// <summary>A message in wire format, as a receiver reads it.</summary>
sealed class Envelope
{
    JsonElement? _content;

    public required Guid MessageId { get; init; }

    /// <summary>The type as which it was published or sent.</summary>
    public required Type Type { get; init; }

    public required object Message { get; init; }

    /// <summary>MassTransit's envelope with the message, as UTF-8.</summary>
    public required byte[] Body { get; init; }

    public Guid? RequestId { get; init; }

    public Uri? ResponseAddress { get; init; }

    public Uri? FaultAddress { get; init; }

    public Guid? CorrelationId { get; init; }

    public Guid? ConversationId { get; init; }

    public IReadOnlyDictionary<string, object> Headers { get; init; } = new Dictionary<string, object>();

    /// <summary>The message's own content in wire format.</summary>
    public JsonElement Content => _content ??= Parse();

    public string Name => Values.Formatting.TypeName(Type);

    JsonElement Parse()
    {
        using var document = JsonDocument.Parse(Body);
        return document.RootElement.GetProperty("message").Clone();
    }

    /// <summary>Formats a message's value as on the wire.</summary>
    public static JsonElement ContentOf(object message, Type type) =>
        JsonSerializer.SerializeToElement(message, type, SystemTextJsonMessageSerializer.Options);
}
