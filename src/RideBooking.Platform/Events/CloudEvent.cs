using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using RideBooking.EventLog;

namespace RideBooking.Platform.Events;

/// <summary>An event in the JSON format of CloudEvents 1.0.</summary>
/// <remarks>
/// The attributes after <c>dataschema</c> are extensions: <c>sequence</c> with its type, <c>traceparent</c>,
/// <c>correlationid</c> and <c>causationid</c> are documented ones. An integer of CloudEvents has 32 bits, so positions are text.
/// </remarks>
internal sealed record CloudEvent(
    [property: JsonPropertyName("specversion")] string SpecVersion,
    [property: JsonPropertyName("id")] Guid Id,
    [property: JsonPropertyName("source")] string Source,
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("subject")] string Subject,
    [property: JsonPropertyName("time")] DateTimeOffset Time,
    [property: JsonPropertyName("datacontenttype")] string DataContentType,
    [property: JsonPropertyName("dataschema")] Uri DataSchema,
    [property: JsonPropertyName("sequence")] string Sequence,
    [property: JsonPropertyName("sequencetype")] string SequenceType,
    [property: JsonPropertyName("position")] string Position,
    [property: JsonPropertyName("correlationid")]
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        string? CorrelationId,
    [property: JsonPropertyName("causationid")]
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        string? CausationId,
    [property: JsonPropertyName("traceparent")]
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        string? TraceParent,
    [property: JsonPropertyName("data")] JsonElement Data
)
{
    /// <summary>Creates the CloudEvent of a logged event.</summary>
    /// <param name="row">The sequenced event.</param>
    /// <param name="request">The request, whose address is the one under which the reader finds the schemas.</param>
    public static CloudEvent Of(LoggedEvent row, HttpRequest request)
    {
        var envelope = EventEnvelope.Of(row);
        return new CloudEvent(
            "1.0",
            envelope.EventId,
            envelope.Source,
            envelope.EventType,
            envelope.StreamId,
            envelope.Timestamp,
            "application/json",
            new Uri(
                $"{request.Scheme}://{request.Host}{request.PathBase}/api/v1/schemas/subjects/{envelope.EventType}/versions/{envelope.Version}/schema"
            ),
            envelope.StreamVersion.ToString(CultureInfo.InvariantCulture),
            "Integer",
            envelope.Position.ToString(CultureInfo.InvariantCulture),
            envelope.CorrelationId?.ToString(),
            envelope.CausationId?.ToString(),
            envelope.TraceParent,
            envelope.Payload
        );
    }
}
