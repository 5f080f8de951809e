using RideBooking.Contracts;
using RideBooking.EventLog.Subscriptions;

namespace RideBooking.Analytics;

/// <summary>Records each event of a ride in its facts. One row per ride.</summary>
internal sealed class RecordRideFacts : Projection<RideFacts, Guid>
{
    public RecordRideFacts()
        : base(ride => ride.RideId)
    {
        On<RideRequestedV2>(e => e.RideId, (ride, e) => ride.Apply(e));
        On<RideSearchStarted>(e => e.RideId, (ride, e) => ride.Apply(e));
        On<DriverAssigned>(e => e.RideId, (ride, e) => ride.Apply(e));
        On<DriverArrived>(e => e.RideId, (ride, e) => ride.Apply(e));
        On<RideStarted>(e => e.RideId, (ride, e) => ride.Apply(e));
        On<RideCompleted>(e => e.RideId, (ride, e) => ride.Apply(e));
        On<RideCancelled>(e => e.RideId, (ride, e) => ride.Apply(e));
        On<NoDriverFound>(e => e.RideId, (ride, e) => ride.Apply(e));
        On<PaymentCaptured>(e => e.RideId, (ride, e) => ride.Apply(e));
        On<PaymentRefunded>(e => e.RideId, (ride, e) => ride.Apply(e));
    }

    void On<T>(Func<T, Guid> ride, Action<RideFacts, T> apply)
        where T : class => On(ride, e => new RideFacts { RideId = ride(e) }, apply);
}
