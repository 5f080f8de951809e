using System.Text.Json;
using MassTransit;

namespace RideBooking.Testing.Hosted;

/// <summary>A message as it is on a real wire: MassTransit's envelope, read without knowing the types in it.</summary>
/// <param name="Types">What it is, as MassTransit's URNs; first the type it was published or sent as.</param>
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

    /// <summary>The envelope, or null where the body is none: a stranger's message.</summary>
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
        catch (Exception notAnEnvelope)
            when (notAnEnvelope is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The message that lies on the wire when this is sent.</summary>
    public static HostedEnvelope? Of<T>(SendContext<T> context)
        where T : class =>
        Read(context.Serializer.GetMessageBody(context).GetBytes()) is { } letter
            ? letter with
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
