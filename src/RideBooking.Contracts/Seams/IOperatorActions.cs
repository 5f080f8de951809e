namespace RideBooking.Contracts.Seams;

/// <summary>Records operators' actions for modules. Operations implements it.</summary>
public interface IOperatorActions
{
    /// <summary>Records an operator's action on a ride, before it is carried out.</summary>
    /// <param name="action">At most 16 characters, such as <c>force-cancel</c>.</param>
    /// <param name="rideId">The ride.</param>
    /// <param name="by">The operator.</param>
    /// <param name="reason">The reason; at most <see cref="Reasons.MaxLength"/> characters.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    Task Record(string action, Guid rideId, string by, string reason, CancellationToken cancellationToken);
}
