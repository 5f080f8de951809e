using System.Collections.Immutable;
using RideBooking.Contracts;

namespace RideBooking.Matching;

/// <summary>What a driver has to do, by the event log: the fold of the events about their offers and rides.</summary>
/// <param name="DriverId">The driver.</param>
/// <param name="Current">The open offer, or the accepted one while its ride lasts. There is at most one.</param>
/// <param name="IsAssigned">Whether the driver has the ride of the offer.</param>
/// <param name="Step">The driver's last step of that ride; null before the first.</param>
internal sealed record DriversWork(
    string DriverId,
    OfferView? Current = null,
    bool IsAssigned = false,
    DriversWork.Message? Step = null
)
{
    // Where the rides go that were not offered yet: an offer says neither the stops nor a change it came too early for.
    ImmutableDictionary<Guid, Func<OfferView, OfferView>> Trips { get; init; } =
        ImmutableDictionary<Guid, Func<OfferView, OfferView>>.Empty;

    /// <summary>The state as messages, for a client that does not know it yet.</summary>
    public IEnumerable<Message> Messages
    {
        get
        {
            if (Current is { } offer)
                yield return new Message(IsAssigned ? "assigned" : "offer", offer);
            if (Step is { } step)
                yield return step;
        }
    }

    /// <summary>Returns the state after an event, and the message for the driver; null if the event has none.</summary>
    /// <param name="happened">The event; null for one that this process does not know.</param>
    public (DriversWork Next, Message? Message) After(object? happened) =>
        happened switch
        {
            RideRequestedV2 it => (Goes(it.RideId, offer => offer with { Stops = it.Stops ?? [] }), null),
            DriverOffered it when it.DriverId == DriverId => Offers(OfferView.Of(it)),
            DriverAssigned it when Current?.OfferId == it.OfferId => Says(
                this with
                {
                    IsAssigned = true,
                },
                "assigned",
                Current
            ),
            DriverArrived it when IsAssigned && IsOf(it.RideId) => Steps("arrived", it.At),
            RideStarted it when IsAssigned && IsOf(it.RideId) => Steps("started", it.At),
            DestinationChanged it when IsOf(it.RideId) => Goes(it),
            DestinationChanged it => (Goes(it.RideId, offer => Changed(offer, it)), null),
            OfferDeclined it when Current?.OfferId == it.OfferId => Ends(OfferStatus.Declined),
            OfferExpired it when Current?.OfferId == it.OfferId => Ends(
                it.Reason == OfferEndReason.Timeout ? OfferStatus.Expired : OfferStatus.Withdrawn
            ),
            DriverUnassigned it when Current?.OfferId == it.OfferId => Ends(OfferStatus.Released),
            RideCompleted it when IsOf(it.RideId) => EndsWithItsRide(),
            RideCancelled it when IsOf(it.RideId) => EndsWithItsRide(),
            NoDriverFound it when IsOf(it.RideId) => EndsWithItsRide(),
            DriverWentOffline it when it.DriverId == DriverId => Says(
                this,
                "offline",
                new ShiftEnded(it.ShiftId, it.Reason, it.At)
            ),
            _ => (this, null),
        };

    bool IsOf(Guid rideId) => Current?.RideId == rideId;

    (DriversWork, Message?) Steps(string type, DateTimeOffset at)
    {
        var step = new Message(type, new RideStep(Current!.OfferId, Current.RideId, at));
        return (this with { Step = step }, step);
    }

    (DriversWork, Message?) Offers(OfferView offer)
    {
        if (Trips.TryGetValue(offer.RideId, out var trip))
            offer = trip(offer);
        return Says(new DriversWork(DriverId, offer) { Trips = Trips }, "offer", offer);
    }

    DriversWork Goes(Guid rideId, Func<OfferView, OfferView> trip) => this with { Trips = Trips.SetItem(rideId, trip) };

    (DriversWork, Message?) Goes(DestinationChanged changed)
    {
        var offer = Changed(Current!, changed);
        return Says(
            Goes(changed.RideId, other => Changed(other, changed)) with
            {
                Current = offer,
            },
            "destination",
            offer
        );
    }

    static OfferView Changed(OfferView offer, DestinationChanged changed) =>
        offer with
        {
            Dropoff = changed.Dropoff,
            Stops = changed.Stops ?? [],
            Fare = changed.QuotedFare,
        };

    (DriversWork, Message?) EndsWithItsRide() => Ends(IsAssigned ? OfferStatus.Accepted : OfferStatus.Withdrawn);

    (DriversWork, Message?) Ends(OfferStatus status) =>
        Says(
            new DriversWork(DriverId) { Trips = Trips },
            "ended",
            new OfferEnded(Current!.OfferId, Current.RideId, status)
        );

    static (DriversWork, Message?) Says(DriversWork next, string type, object data) => (next, new Message(type, data));

    /// <summary>A message of the driver's live stream.</summary>
    /// <param name="Type">The event's name in the stream.</param>
    /// <param name="Data">The event's data.</param>
    internal sealed record Message(string Type, object Data);

    /// <summary>The driver arrived at the pickup of their ride, or started it.</summary>
    /// <param name="OfferId">The offer that the driver accepted.</param>
    /// <param name="RideId">The ride.</param>
    /// <param name="At">When.</param>
    internal sealed record RideStep(Guid OfferId, Guid RideId, DateTimeOffset At);

    /// <summary>An offer, or the ride that resulted from it, that the driver no longer has.</summary>
    /// <param name="OfferId">The offer.</param>
    /// <param name="RideId">The ride.</param>
    /// <param name="Status">How the offer ended.</param>
    internal sealed record OfferEnded(Guid OfferId, Guid RideId, OfferStatus Status);

    /// <summary>The driver's shift ended.</summary>
    /// <param name="ShiftId">The shift.</param>
    /// <param name="Reason">Why, as in the event <c>DriverWentOffline</c>.</param>
    /// <param name="At">When.</param>
    internal sealed record ShiftEnded(Guid ShiftId, string Reason, DateTimeOffset At);
}
