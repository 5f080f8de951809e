namespace RideBooking.Contracts;

/// <summary>What was refunded of one line of a fare.</summary>
/// <param name="Code">The code of the fare's line, see <see cref="FareLine.Code"/>.</param>
/// <param name="Amount">The refunded amount of the line.</param>
public sealed record RefundedLine(string Code, Money Amount);
