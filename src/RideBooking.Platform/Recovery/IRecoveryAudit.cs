namespace RideBooking.Platform.Recovery;

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
