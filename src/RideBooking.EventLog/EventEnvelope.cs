using System.Text.Json;
using System.Text.Json.Serialization;

namespace RideBooking.EventLog;

/// <summary>An event as readers see it, in the log, the stream, a ride's history and webhooks.</summary>
public sealed record EventEnvelope(
    [property: JsonPropertyName("event_id")] Guid EventId,
    [property: JsonPropertyName("event_type")] string EventType,
    [property: JsonPropertyName("version")] int Version,
    [property: JsonPropertyName("timestamp")] DateTimeOffset Timestamp,
    [property: JsonPropertyName("source")] string Source,
    [property: JsonPropertyName("stream_id")] string StreamId,
    [property: JsonPropertyName("stream_version")] int StreamVersion,
    [property: JsonPropertyName("position")] long Position,
    [property: JsonPropertyName("correlation_id")] Guid? CorrelationId,
    [property: JsonPropertyName("causation_id")] Guid? CausationId,
    [property: JsonPropertyName("traceparent")] string? TraceParent,
    [property: JsonPropertyName("payload")] JsonElement Payload
)
{
    /// <summary>Creates the envelope of a sequenced event, in the newest version of the event.</summary>
    public static EventEnvelope Of(LoggedEvent row)
    {
        var (version, payload) = EventCatalogue.Published.Newest(row);
        return new EventEnvelope(
            row.EventId,
            row.EventType,
            version,
            row.Timestamp.ToUniversalTime(),
            row.Source,
            row.StreamId,
            row.StreamVersion ?? throw new InvalidOperationException("The event is not sequenced yet."),
            row.Position ?? throw new InvalidOperationException("The event is not sequenced yet."),
            row.CorrelationId,
            row.CausationId,
            row.TraceParent,
            payload
        );
    }
}
