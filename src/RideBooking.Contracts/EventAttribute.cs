namespace RideBooking.Contracts;

/// <summary>Marks a record as an event of the published language and says what the event log needs to know of it.</summary>
/// <param name="source">The module that produces it, as it stands in the envelope's <c>source</c>.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class EventAttribute(string source) : Attribute
{
    /// <summary>The producing module.</summary>
    public string Source { get; } = source;

    /// <summary>The version of the event's schema, from 1. A new version is a new record; a record never changes meaning.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The property that names the stream the event belongs to: the ride's id unless the event is about a driver.</summary>
    public string Stream { get; init; } = "RideId";
}
