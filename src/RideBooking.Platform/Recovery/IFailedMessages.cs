namespace RideBooking.Platform.Recovery;

/// <summary>The failed messages that operators hold: recovery does not send them a second time.</summary>
public interface IFailedMessages
{
    /// <summary>
    /// Returns the endpoint and id of every message that failed and waits for an operator, or that an operator has discarded.
    /// </summary>
    Task<IReadOnlySet<(string Endpoint, Guid MessageId)>> Known(CancellationToken cancellationToken);
}
