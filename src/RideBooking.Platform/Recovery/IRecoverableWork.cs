namespace RideBooking.Platform.Recovery;

/// <summary>The unfinished work of a module whose next step is a command or a timer, not an event.</summary>
/// <remarks>
/// The event log does not hold commands and timers; the module's own rows show what they wait for. Register it with
/// <c>AddScoped&lt;IRecoverableWork, …&gt;()</c>, or as a singleton. A test requires that an implementation names every
/// consumed message that is not an event.
/// </remarks>
public interface IRecoverableWork
{
    /// <summary>The kind of work, for the summary: <c>searches for a driver</c>.</summary>
    string Name { get; }

    /// <summary>The messages whose loss this work recovers.</summary>
    IReadOnlyCollection<Type> Messages { get; }

    /// <summary>Republishes the messages that unfinished work waits for.</summary>
    /// <remarks>
    /// It is harmless when nothing was lost, and when several processes do it at once. It reads unfinished work only, by an
    /// index, however much is finished.
    /// </remarks>
    /// <returns>The number of pieces of work that it republished messages for.</returns>
    Task<int> Republish(CancellationToken cancellationToken);
}
