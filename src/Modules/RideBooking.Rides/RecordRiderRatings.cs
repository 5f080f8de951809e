using RideBooking.Contracts;
using RideBooking.EventLog.Subscriptions;

namespace RideBooking.Rides;

/// <summary>Records the ratings that drivers gave each rider.</summary>
internal sealed class RecordRiderRatings : Projection<RiderRating, string>
{
    public RecordRiderRatings()
        : base(rating => rating.RiderId) =>
        On<RideRatedV2>(
            rated => rated.RiderId,
            rated => new RiderRating { RiderId = rated.RiderId },
            (rating, rated) =>
            {
                if (rated.By != Initiator.Driver)
                    return;
                rating.Stars += rated.Stars;
                rating.Ratings++;
            }
        );
}
