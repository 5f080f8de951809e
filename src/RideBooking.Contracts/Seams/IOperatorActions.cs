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
    /// <returns>Its id.</returns>
    Task<Guid> Record(string action, Guid rideId, string by, string reason, CancellationToken cancellationToken);

    /// <summary>Removes the record of an action that turned out to change nothing: it was refused, or it was a repeat.</summary>
    /// <param name="id">The id that <see cref="Record"/> returned.</param>
    /// <param name="cancellationToken">Cancels the write; the attempt then stays recorded.</param>
    Task Withdraw(Guid id, CancellationToken cancellationToken);
}
