using RideBooking.Contracts;

namespace RideBooking.Platform.Quotes;

/// <summary>
/// What cancelling costs, asked before it is done. Billing answers with the calculator that will charge it, so that what a
/// rider is shown and what the rider pays cannot differ.
/// </summary>
public interface ICancellationFees
{
    /// <summary>The fee of a ride that were cancelled like this.</summary>
    CancellationPrice Of(RideCancelled ride);
}

/// <summary>What cancelling costs.</summary>
/// <param name="Amount">Zero when waived.</param>
/// <param name="WaivedReason">Why it is waived: see <see cref="CancellationFeeAssessed.WaivedReason"/>.</param>
public sealed record CancellationPrice(Money Amount, string? WaivedReason);
