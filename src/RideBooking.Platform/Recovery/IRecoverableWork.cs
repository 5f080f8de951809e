namespace RideBooking.Platform.Recovery;

/// <summary>
/// What a module has under way whose next step is not an event but a command or a timer. The event log does not hold those;
/// the module's own rows say what they wait for. Registered with <c>AddScoped&lt;IRecoverableWork, …&gt;()</c>, or as a
/// singleton; a test demands that every message which is consumed and not an event is named by one.
/// </summary>
public interface IRecoverableWork
{
    /// <summary>What is under way, for the summary: <c>searches for a driver</c>.</summary>
    string Name { get; }

    /// <summary>The messages whose loss it makes good.</summary>
    IReadOnlyCollection<Type> Messages { get; }

    /// <summary>
    /// Publishes again what unfinished work waits for; harmless when nothing was lost, and when several processes do it at
    /// once. Reads unfinished work only, by an index, however much is finished.
    /// </summary>
    /// <returns>How many pieces of work it spoke for.</returns>
    Task<int> Republish(CancellationToken cancellationToken);
}

/// <summary>Failed messages that are the operators': recovery does not send them a second time.</summary>
public interface IFailedMessages
{
    /// <summary>The endpoint and id of every message that lies in its error queue, or that an operator has discarded.</summary>
    Task<IReadOnlySet<(string Endpoint, Guid MessageId)>> Known(CancellationToken cancellationToken);
}

/// <summary>The operators' audit, as far as recovery writes it.</summary>
public interface IRecoveryAudit
{
    /// <summary>Writes down, before anything is published again, that somebody recovers.</summary>
    /// <param name="by">Who: the account and the machine.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The entry.</returns>
    Task<Guid> Begun(string by, CancellationToken cancellationToken);

    /// <summary>Writes down what came of it.</summary>
    /// <param name="entry">From <see cref="Begun"/>.</param>
    /// <param name="count">How many events were published again, and pieces of work spoken for.</param>
    /// <param name="summary">The same in words.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task Done(Guid entry, int count, string summary, CancellationToken cancellationToken);
}
