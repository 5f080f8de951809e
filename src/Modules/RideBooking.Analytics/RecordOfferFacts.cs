using RideBooking.Contracts;
using RideBooking.EventLog.Subscriptions;

namespace RideBooking.Analytics;

/// <summary>Records each event of an offer in its facts.</summary>
internal sealed class RecordOfferFacts : Projection<OfferFacts, Guid>
{
    public RecordOfferFacts()
        : base(offer => offer.OfferId)
    {
        On<DriverOffered>(e => e.OfferId, e => Offer(e.OfferId, e.RideId, e.DriverId), (offer, e) => offer.Apply(e));
        On<OfferDeclined>(e => e.OfferId, e => Offer(e.OfferId, e.RideId, e.DriverId), (offer, e) => offer.Apply(e));
        On<OfferExpired>(e => e.OfferId, e => Offer(e.OfferId, e.RideId, e.DriverId), (offer, e) => offer.Apply(e));
        On<DriverAssigned>(e => e.OfferId, e => Offer(e.OfferId, e.RideId, e.DriverId), (offer, e) => offer.Apply(e));
        On<DriverUnassigned>(e => e.OfferId, e => Offer(e.OfferId, e.RideId, e.DriverId), (offer, e) => offer.Apply(e));
    }

    static OfferFacts Offer(Guid offerId, Guid rideId, string driverId) =>
        new()
        {
            OfferId = offerId,
            RideId = rideId,
            DriverId = driverId,
        };
}
