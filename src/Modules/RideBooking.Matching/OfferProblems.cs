using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Persistence;

namespace RideBooking.Matching;

/// <summary>The problem codes of offers.</summary>
internal static class OfferProblems
{
    public const string OfferNotFound = "offer_not_found";
    public const string OfferExpired = "offer_expired";
    public const string OfferTaken = "offer_taken";
    public const string OwnRide = "own_ride";

    /// <summary>The offer is unknown or another driver's. The answer does not tell which.</summary>
    public static ProblemHttpResult NoSuchOffer() =>
        Problem.NotFound("There is no such offer, or it was not made to you.", OfferNotFound);

    /// <summary>
    /// The offer is no longer open. If the driver let it expire, that is the answer even if another driver has the ride now.
    /// </summary>
    public static async Task<ProblemHttpResult> NoLongerOpen(
        AppDbContext db,
        Offer offer,
        CancellationToken cancellationToken
    )
    {
        if (
            offer.Status == OfferStatus.Withdrawn
            && await db.Set<Offer>()
                .AnyAsync(
                    other => other.RideId == offer.RideId && other.Status == OfferStatus.Accepted,
                    cancellationToken
                )
        )
            return Problem.Conflict(OfferTaken, "Another driver has taken the ride.");
        return Problem.Conflict(
            OfferExpired,
            offer.Status switch
            {
                OfferStatus.Accepted when offer.IsDriversRide =>
                    "You have accepted this offer. Release the ride if you cannot drive it.",
                OfferStatus.Accepted => "The ride has ended.",
                OfferStatus.Declined => "You have declined this offer.",
                OfferStatus.Released => "You no longer have this ride.",
                OfferStatus.Withdrawn => "The offer was withdrawn.",
                _ => "The offer has ended.",
            }
        );
    }
}
