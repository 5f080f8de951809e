namespace RideBooking.EventLog;

/// <summary>An event of the log cannot be read, for example because its payload was changed in the database.</summary>
/// <remarks>
/// The message names the event and nothing that it says, so that callers of the API may see it. Only the inner exception has
/// the cause.
/// </remarks>
public class UnreadableEventException : Exception
{
    /// <summary>Creates the exception for a payload that is not what its event's record requires.</summary>
    /// <param name="logged">The event.</param>
    /// <param name="cause">Why the payload could not be read.</param>
    public UnreadableEventException(LoggedEvent logged, Exception cause)
        : this(logged, $"its payload is not that of {logged.EventType} version {logged.Version}", cause) { }

    /// <summary>Creates the exception for another reason.</summary>
    protected UnreadableEventException(LoggedEvent logged, string reason, Exception? cause)
        : base(Describe(logged, reason), cause) => Logged = logged;

    /// <summary>The event.</summary>
    public LoggedEvent Logged { get; }

    static string Describe(LoggedEvent logged, string reason)
    {
        var position = logged.Position is { } number ? $"at position {number}" : "without a position";
        return $"The event {logged.EventType} {logged.EventId} {position}, of the stream {logged.StreamId}, cannot be read: {reason}.";
    }
}

/// <summary>An event whose type or version this process does not know.</summary>
public sealed class UnknownEventException(LoggedEvent logged)
    : UnreadableEventException(
        logged,
        $"this version of the application does not know {logged.EventType} version {logged.Version}",
        cause: null
    );
