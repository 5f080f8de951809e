namespace RideBooking.Contracts;

/// <summary>Marks a record as a public event and gives its event log metadata.</summary>
/// <param name="source">The module that publishes it, as in the envelope's <c>source</c>.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class EventAttribute(string source) : Attribute
{
    /// <summary>The property that identifies the stream of most events, and that most other messages have, too.</summary>
    public const string DefaultStream = "RideId";

    /// <summary>The publishing module.</summary>
    public string Source { get; } = source;

    /// <summary>
    /// The version of the event's schema, from 1. A new version is a new record: a record never changes its meaning.
    /// </summary>
    public int Version { get; init; } = 1;

    /// <summary>
    /// The property that identifies the event's stream: the ride's id, or the driver's id for events about a driver.
    /// </summary>
    public string Stream { get; init; } = DefaultStream;
}
