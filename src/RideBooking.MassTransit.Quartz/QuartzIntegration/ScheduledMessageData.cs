using System.Globalization;
using System.Text.Json;
using MassTransit.Context;
using MassTransit.Serialization;
using Quartz;

namespace MassTransit.QuartzIntegration;

/// <summary>
/// A scheduled message as its trigger keeps it: the serialized payload and everything of the schedule message's envelope
/// that the delivered message must carry. All values are strings, so that any job store keeps them as they are.
/// </summary>
static class ScheduledMessageData
{
    const string MessageTypesKey = "MessageType";
    const string HeadersKey = "HeadersAsJson";
    const string TransportPropertiesKey = "TransportProperties";

    public static JobDataMap From(
        ConsumeContext context,
        Uri destination,
        MessageBody body,
        string[] payloadType,
        Guid? tokenId
    )
    {
        var data = new JobDataMap();

        Put(data, "Destination", destination.ToString());
        Put(data, "Body", body.GetString());
        Put(data, "ContentType", context.ReceiveContext.ContentType.ToString());
        Put(data, "TokenId", tokenId);
        Put(data, nameof(context.MessageId), context.MessageId);
        Put(data, nameof(context.RequestId), context.RequestId);
        Put(data, nameof(context.CorrelationId), context.CorrelationId);
        Put(data, nameof(context.ConversationId), context.ConversationId);
        Put(data, nameof(context.InitiatorId), context.InitiatorId);
        Put(data, nameof(context.SourceAddress), context.SourceAddress?.ToString());
        Put(data, nameof(context.ResponseAddress), context.ResponseAddress?.ToString());
        Put(data, nameof(context.FaultAddress), context.FaultAddress?.ToString());
        Put(data, nameof(context.ExpirationTime), context.ExpirationTime?.ToString("O", CultureInfo.InvariantCulture));
        Put(data, MessageTypesKey, string.Join(';', payloadType));
        Put(
            data,
            HeadersKey,
            ToJson(context.Headers.GetAll().Where(header => header.Key != MessageHeaders.ContentType))
        );

        if (context.ReceiveContext.TryGetPayload<TransportReceiveContext>(out var transport))
            Put(
                data,
                TransportPropertiesKey,
                ToJson(transport.GetTransportProperties() ?? new Dictionary<string, object>())
            );

        return data;
    }

    public static Guid? Id(this JobDataMap data, string key) => data.Text(key) is { } text ? Guid.Parse(text) : null;

    public static Uri? Address(this JobDataMap data, string key) => data.Text(key) is { } text ? new Uri(text) : null;

    public static DateTimeOffset? Time(this JobDataMap data, string key) =>
        data.Text(key) is { } text
            ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)
            : null;

    public static string? Text(this JobDataMap data, string key) =>
        data.TryGetString(key, out var text) && !string.IsNullOrEmpty(text) ? text : null;

    public static string[] MessageTypes(this JobDataMap data) => data.Text(MessageTypesKey)?.Split(';') ?? [];

    public static Dictionary<string, object> Headers(this JobDataMap data) => data.FromJson(HeadersKey);

    public static Dictionary<string, object> TransportProperties(this JobDataMap data) =>
        data.FromJson(TransportPropertiesKey);

    static void Put(JobDataMap data, string key, Guid? id) => Put(data, key, id?.ToString());

    static void Put(JobDataMap data, string key, string? text)
    {
        if (!string.IsNullOrEmpty(text))
            data[key] = text;
    }

    internal static string? ToJson(IEnumerable<KeyValuePair<string, object>> values)
    {
        var map = values.Where(value => value.Value is not null).ToDictionary(value => value.Key, value => value.Value);
        return map.Count == 0 ? null : JsonSerializer.Serialize(map, SystemTextJsonMessageSerializer.Options);
    }

    static Dictionary<string, object> FromJson(this JobDataMap data, string key) => ReadJson(data.Text(key));

    internal static Dictionary<string, object> ReadJson(string? json)
    {
        if (json is null)
            return [];

        using var document = JsonDocument.Parse(json);
        return document.RootElement.EnumerateObject().ToDictionary(value => value.Name, value => Plain(value.Value));
    }

    /// <summary>
    /// Converts a value for the transport, which writes strings, numbers and booleans natively. Any other value stays JSON.
    /// </summary>
    static object Plain(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Number when value.TryGetInt32(out var number) => number,
            JsonValueKind.Number when value.TryGetInt64(out var number) => number,
            JsonValueKind.Number => value.GetDouble(),
            _ => value.Clone(),
        };
}
