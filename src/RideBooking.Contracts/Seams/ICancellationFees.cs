namespace RideBooking.Contracts.Seams;

/// <summary>Calculates what a cancellation costs before it is carried out. Billing implements it.</summary>
/// <remarks>
/// Modules share events, but a preview must be answered at once. It uses the calculator that will charge the fee. So the fee that
/// riders see and the fee that they pay cannot differ.
/// </remarks>
public interface ICancellationFees
{
    /// <summary>Returns the fee for a ride that is cancelled like this.</summary>
    Task<CancellationPrice> Of(RideCancelled ride, CancellationToken cancellationToken);
}

/// <summary>The cost of a cancellation.</summary>
/// <param name="Amount">Zero when waived.</param>
/// <param name="WaiverReason">The reason for a waiver: see <see cref="Contracts.WaiverReason"/>.</param>
public sealed record CancellationPrice(Money Amount, string? WaiverReason);
