namespace RideBooking.Platform.Operations;

/// <summary>The operators' audit, as far as modules write it. Operations keeps it.</summary>
public interface IOperatorAudit
{
    /// <summary>Writes down, before it is done, what an operator does with a ride.</summary>
    /// <param name="action">At most 16 characters, such as <c>force-cancel</c>.</param>
    /// <param name="rideId">The ride.</param>
    /// <param name="by">The operator.</param>
    /// <param name="reason">Why; at most 500 characters.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task Record(string action, Guid rideId, string by, string reason, CancellationToken cancellationToken);
}
