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

/// <summary>The failed messages that operators hold: recovery does not send them a second time.</summary>
public interface IFailedMessages
{
    /// <summary>
    /// Returns the endpoint and id of every message that is in its error queue or that an operator has discarded.
    /// </summary>
    Task<IReadOnlySet<(string Endpoint, Guid MessageId)>> Known(CancellationToken cancellationToken);
}

/// <summary>The operators' audit, as far as recovery writes it.</summary>
public interface IRecoveryAudit
{
    /// <summary>Records, before anything is republished, that a recovery begins.</summary>
    /// <param name="by">The account and the machine that recover.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <returns>The audit entry.</returns>
    Task<Guid> Begun(string by, CancellationToken cancellationToken);

    /// <summary>Records the result of the recovery.</summary>
    /// <param name="entry">The entry from <see cref="Begun"/>.</param>
    /// <param name="count">The number of events republished and of pieces of work recovered.</param>
    /// <param name="summary">The result in words.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    Task Done(Guid entry, int count, string summary, CancellationToken cancellationToken);
}
