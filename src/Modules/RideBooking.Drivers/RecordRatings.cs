using RideBooking.Contracts;
using RideBooking.EventLog.Subscriptions;

namespace RideBooking.Drivers;

/// <summary>Records the ratings that riders gave each driver.</summary>
internal sealed class RecordRatings : Projection<DriverRating, string>
{
    public RecordRatings()
        : base(rating => rating.DriverId) =>
        On<RideRatedV2>(
            rated => rated.DriverId,
            rated => new DriverRating { DriverId = rated.DriverId },
            (rating, rated) =>
            {
                // A driver's rating of a rider is none of the driver.
                if (rated.By != Initiator.Rider)
                    return;
                rating.Stars += rated.Stars;
                rating.Ratings++;
            }
        );
}
