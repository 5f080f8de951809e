using System.Text.Json;
using MassTransit;

namespace RideBooking.Testing.Hosted;

/// <summary>A message as on a real wire: MassTransit's envelope, read without knowing its types.</summary>
/// <param name="Types">Its types as MassTransit's URNs; the first is the type as which it was published or sent.</param>
/// <param name="Content">The message itself.</param>
sealed record HostedEnvelope(
    Guid? MessageId,
    Guid? RequestId,
    Guid? ConversationId,
    Uri? ResponseAddress,
    Uri? FaultAddress,
    IReadOnlyList<string> Types,
    JsonElement Content
)
{
    public string Urn => Types.Count == 0 ? "" : Types[0];

    /// <summary>Returns the envelope; null if the body is not one, because the message is from another application.</summary>
    public static HostedEnvelope? Read(byte[] body)
    {
        try
        {
            using var envelope = JsonDocument.Parse(body);
            var root = envelope.RootElement;
            return new HostedEnvelope(
                Id(root, "messageId"),
                Id(root, "requestId"),
                Id(root, "conversationId"),
                Address(root, "responseAddress"),
                Address(root, "faultAddress"),
                [.. root.GetProperty("messageType").EnumerateArray().Select(type => type.GetString()!)],
                root.GetProperty("message").Clone()
            );
        }
        catch (Exception exception)
            when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Returns the message as it is on the wire when it is sent.</summary>
    public static HostedEnvelope? Of<T>(SendContext<T> context)
        where T : class =>
        Read(context.Serializer.GetMessageBody(context).GetBytes()) is { } message
            ? message with
            {
                MessageId = context.MessageId,
                RequestId = context.RequestId,
                ConversationId = context.ConversationId,
            }
            : null;

    static Guid? Id(JsonElement of, string name) =>
        of.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
        && value.TryGetGuid(out var id)
            ? id
            : null;

    static Uri? Address(JsonElement of, string name) =>
        of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? new Uri(value.GetString()!)
            : null;
}
