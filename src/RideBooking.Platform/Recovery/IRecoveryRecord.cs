namespace RideBooking.Platform.Recovery;

/// <summary>Records recoveries that a person started, among operators' actions.</summary>
public interface IRecoveryRecord
{
    /// <summary>Records, before anything is republished, that a recovery begins.</summary>
    /// <param name="by">The account and the machine that recover.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <returns>The id of the record.</returns>
    Task<Guid> Begin(string by, CancellationToken cancellationToken);

    /// <summary>Records the result of the recovery.</summary>
    /// <param name="id">The id from <see cref="Begin"/>.</param>
    /// <param name="count">The number of events republished and of pieces of work recovered.</param>
    /// <param name="summary">The result in words.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    Task Complete(Guid id, int count, string summary, CancellationToken cancellationToken);
}
