namespace RideBooking.Contracts;

/// <summary>One line of a fare. The lines of a fare sum to its total, to the cent.</summary>
/// <param name="Code">A stable code: <c>base</c>, <c>distance</c>, <c>time</c>, <c>surge</c>, <c>waiting</c>, <c>tolls</c>, <c>minimumFare</c>, <c>upfrontFare</c>, <c>cancellationFee</c>.</param>
/// <param name="Description">What the rider reads.</param>
/// <param name="Amount">The line's amount; may be negative (a discount).</param>
public sealed record FareLine(string Code, string Description, Money Amount);
