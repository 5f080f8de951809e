using RideBooking.Contracts;

namespace RideBooking.Matching;

/// <summary>An offer as its driver sees it.</summary>
/// <param name="OfferId">The offer.</param>
/// <param name="RideId">The ride.</param>
/// <param name="Pickup">The pickup point.</param>
/// <param name="Dropoff">The destination.</param>
/// <param name="Fare">The fare the rider was quoted, if any.</param>
/// <param name="PickupEtaSeconds">The estimated driving time to the pickup, seconds.</param>
/// <param name="ExpiresAt">When the offer expires.</param>
/// <param name="Stops">The stops on the way, in their order. Null in the live stream if the request of the ride is not known.</param>
internal sealed record OfferView(
    Guid OfferId,
    Guid RideId,
    Place Pickup,
    Place Dropoff,
    Money? Fare,
    int PickupEtaSeconds,
    DateTimeOffset ExpiresAt,
    IReadOnlyList<Place>? Stops = null
)
{
    public static OfferView Of(Offer offer, Search search) =>
        new(
            offer.OfferId,
            search.RideId,
            search.Pickup,
            search.Dropoff,
            search.Fare,
            offer.PickupEtaSeconds,
            offer.ExpiresAt,
            search.Stops ?? []
        );

    public static OfferView Of(DriverOffered offered) =>
        new(
            offered.OfferId,
            offered.RideId,
            offered.Pickup,
            offered.Dropoff,
            offered.Fare,
            offered.PickupEtaSeconds,
            offered.ExpiresAt
        );
}
