using System.Text.Json;
using System.Text.Json.Serialization;

namespace RideBooking.Console.Api;

internal sealed record LoggedEvent(
    [property: JsonPropertyName("event_id")] Guid EventId,
    [property: JsonPropertyName("event_type")] string EventType,
    int Version,
    DateTimeOffset Timestamp,
    string Source,
    [property: JsonPropertyName("stream_id")] string StreamId,
    [property: JsonPropertyName("stream_version")] int StreamVersion,
    long Position,
    string? TraceParent,
    JsonElement Payload
)
{
    /// <summary>The id of the trace in which it happened; null without one. A traceparent is version-trace-span-flags.</summary>
    public string? TraceId => TraceParent?.Split('-') is [_, var trace, ..] ? trace : null;
}

internal sealed record EventPage(IReadOnlyList<LoggedEvent> Items, long Next);
