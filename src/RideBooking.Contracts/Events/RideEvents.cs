namespace RideBooking.Contracts;

/// <summary>A rider requested a ride.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="Pickup">The pickup point.</param>
/// <param name="Dropoff">The destination.</param>
/// <param name="VehicleClass">The requested vehicle class.</param>
/// <param name="QuoteId">The quote the rider accepted, if any.</param>
/// <param name="QuotedFare">The fare the quote promises.</param>
/// <param name="QuotedDistanceMeters">The distance the quote covers, metres.</param>
/// <param name="PaymentMethodId">The payment method. If null, the rider's default.</param>
/// <param name="At">When.</param>
[Event("rides")]
public record RideRequested(
    Guid RideId,
    string RiderId,
    [PersonalData] Place Pickup,
    [PersonalData] Place Dropoff,
    string VehicleClass,
    Guid? QuoteId,
    Money? QuotedFare,
    int? QuotedDistanceMeters,
    Guid? PaymentMethodId,
    DateTimeOffset At
);

/// <summary>A rider requested a ride.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="Pickup">The pickup point.</param>
/// <param name="Dropoff">The destination.</param>
/// <param name="VehicleClass">The requested vehicle class.</param>
/// <param name="QuoteId">The quote the rider accepted, if any.</param>
/// <param name="QuotedFare">The fare the quote promises.</param>
/// <param name="QuotedDistanceMeters">The distance the quote covers, metres.</param>
/// <param name="PaymentMethodId">The payment method. If null, the rider's default.</param>
/// <param name="At">When.</param>
/// <param name="Terms">The terms of the trip: those of the quote, or those of this moment. Null in version 1, which did not have them.</param>
/// <param name="Stops">The stops on the way, in their order; null if there are none.</param>
/// <param name="PickupAt">When the rider wants to be picked up, if they booked ahead; null for as soon as possible.</param>
[Event("rides", Version = 2)]
public sealed record RideRequestedV2(
    Guid RideId,
    string RiderId,
    [PersonalData] Place Pickup,
    [PersonalData] Place Dropoff,
    string VehicleClass,
    Guid? QuoteId,
    Money? QuotedFare,
    int? QuotedDistanceMeters,
    Guid? PaymentMethodId,
    DateTimeOffset At,
    TripTerms? Terms = null,
    [PersonalData] IReadOnlyList<Place>? Stops = null,
    DateTimeOffset? PickupAt = null
)
    : RideRequested(
        RideId,
        RiderId,
        Pickup,
        Dropoff,
        VehicleClass,
        QuoteId,
        QuotedFare,
        QuotedDistanceMeters,
        PaymentMethodId,
        At
    )
{
    /// <summary>Supplies what version 1 did not say: its terms are unknown.</summary>
    public static RideRequestedV2 Upcast(RideRequested older) =>
        new(
            older.RideId,
            older.RiderId,
            older.Pickup,
            older.Dropoff,
            older.VehicleClass,
            older.QuoteId,
            older.QuotedFare,
            older.QuotedDistanceMeters,
            older.PaymentMethodId,
            older.At
        );
}

/// <summary>The search for a driver of a ride that was booked ahead began. An immediate ride has no such event.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="PickupAt">When the rider wants to be picked up.</param>
/// <param name="At">When the search began.</param>
[Event("rides")]
public sealed record RideSearchStarted(Guid RideId, string RiderId, DateTimeOffset PickupAt, DateTimeOffset At);

/// <summary>
/// The rider changed the destination, the stops or both, and accepted the new quote, which replaces the ride's quote and terms.
/// </summary>
/// <param name="RideId">The ride.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="DriverId">The driver, if the ride has one.</param>
/// <param name="Number">
/// The number of the change among those of the ride, from 1. A consumer that has handled a higher number ignores a lower one.
/// </param>
/// <param name="Dropoff">The new destination.</param>
/// <param name="Stops">
/// The stops on the way there, in their order; null if there are none. During the ride, those that are still to come.
/// </param>
/// <param name="QuoteId">The quote the rider accepted.</param>
/// <param name="QuotedFare">The fare it promises, for the whole trip from the pickup.</param>
/// <param name="QuotedDistanceMeters">The distance the quote covers, from the pickup, metres.</param>
/// <param name="Terms">The new terms of the trip. City and surge are those of the request.</param>
/// <param name="At">When.</param>
[Event("rides")]
public sealed record DestinationChanged(
    Guid RideId,
    string RiderId,
    string? DriverId,
    int Number,
    [PersonalData] Place Dropoff,
    [PersonalData] IReadOnlyList<Place>? Stops,
    Guid QuoteId,
    Money QuotedFare,
    int QuotedDistanceMeters,
    TripTerms Terms,
    DateTimeOffset At
);

/// <summary>
/// The driver no longer has the ride. If <paramref name="SearchAgain"/> is true, the search for another driver starts.
/// </summary>
/// <param name="RideId">The ride.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="DriverId">The driver, who is available again.</param>
/// <param name="OfferId">The accepted offer that ended.</param>
/// <param name="By">Who ended it: <c>driver</c>, <c>operator</c> or <c>system</c> (the ride had ended, or had another driver, when the assignment arrived).</param>
/// <param name="Reason">Why, as the person who ended it wrote it; <c>rideEnded</c> or <c>rideTaken</c> if the system ended it.</param>
/// <param name="SearchAgain">Whether the ride goes back to searching.</param>
/// <param name="At">When.</param>
[Event("rides")]
public sealed record DriverUnassigned(
    Guid RideId,
    string RiderId,
    string DriverId,
    Guid OfferId,
    string By,
    string Reason,
    bool SearchAgain,
    DateTimeOffset At
);

/// <summary>
/// The ride ended without a driver: the search deadline passed, or the ride was released too often. Matching stops the search.
/// </summary>
/// <param name="RideId">The ride.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="SearchSeconds">How long the last search lasted, seconds.</param>
/// <param name="At">When.</param>
[Event("rides")]
public sealed record NoDriverFound(Guid RideId, string RiderId, int SearchSeconds, DateTimeOffset At);

/// <summary>The driver arrived at the pickup. A notification event: its consumers need only the fact.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="DriverId">The driver.</param>
/// <param name="At">When.</param>
/// <param name="FreeWaitUntil">When the free waiting time ends.</param>
[Event("rides")]
public sealed record DriverArrived(
    Guid RideId,
    string RiderId,
    string DriverId,
    DateTimeOffset At,
    DateTimeOffset FreeWaitUntil
);

/// <summary>The rider is aboard.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="DriverId">The driver.</param>
/// <param name="At">When.</param>
/// <param name="WaitSeconds">Time between the driver's arrival and the start, seconds.</param>
[Event("rides")]
public sealed record RideStarted(Guid RideId, string RiderId, string DriverId, DateTimeOffset At, int WaitSeconds);

/// <summary>The rider reached the destination. Carries all that billing needs, so that billing makes no query.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="DriverId">The driver.</param>
/// <param name="Pickup">The pickup point.</param>
/// <param name="Dropoff">The destination.</param>
/// <param name="VehicleClass">The requested vehicle class.</param>
/// <param name="QuoteId">The quote the rider accepted, if any.</param>
/// <param name="QuotedFare">The fare the quote promises.</param>
/// <param name="QuotedDistanceMeters">The distance the quote covers, metres.</param>
/// <param name="PaymentMethodId">The payment method. If null, the rider's default.</param>
/// <param name="DistanceMeters">The distance the driver's app measured, metres. Null if it measured none.</param>
/// <param name="DurationSeconds">Time from start to completion, seconds.</param>
/// <param name="WaitSeconds">Time the driver waited at the pickup, seconds.</param>
/// <param name="FreeWaitSeconds">The free part of that time, seconds.</param>
/// <param name="Tolls">The tolls the driver paid.</param>
/// <param name="StartedAt">When the rider got in.</param>
/// <param name="At">When it was completed.</param>
/// <param name="LastPosition">
/// The driver's last position between start and completion, if recent; null if there is none. Absent in older events.
/// </param>
/// <param name="By">
/// Who completed it: <c>driver</c>, <c>operator</c>, or <c>rider</c> if the driver forgot to. Absent in older events, which are
/// all by drivers.
/// </param>
/// <param name="Reason">
/// Why the operator completed it, or <c>notEndedByDriver</c> if the rider did. Null if the driver did, and in older events.
/// </param>
[Event("rides")]
public sealed record RideCompleted(
    Guid RideId,
    string RiderId,
    string DriverId,
    [PersonalData] Place Pickup,
    [PersonalData] Place Dropoff,
    string VehicleClass,
    Guid? QuoteId,
    Money? QuotedFare,
    int? QuotedDistanceMeters,
    Guid? PaymentMethodId,
    int? DistanceMeters,
    int DurationSeconds,
    int WaitSeconds,
    int FreeWaitSeconds,
    Money? Tolls,
    DateTimeOffset StartedAt,
    DateTimeOffset At,
    [PersonalData] Place? LastPosition = null,
    string By = Initiator.Driver,
    string? Reason = null
);

/// <summary>Operators should look at the ride: a report about it was implausible, or it does not go on as it should.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="Kind">
/// <c>arrivedFarFromPickup</c>, <c>arrivedTooSoon</c>, <c>startedFarFromPickup</c>, <c>completedFarFromDropoff</c>,
/// <c>completedTooSoon</c>, <c>distanceTooShort</c> or <c>distanceTooLong</c>: a driver's implausible report;
/// <c>rideOverdue</c>: the ride has been in progress for too long; <c>driverSilent</c>: the driver of the ride in progress reports
/// no position; <c>endedByRider</c>: the rider ended the ride. More may be added.
/// </param>
/// <param name="Since">When it was reported, or since when it is so.</param>
/// <param name="Reason">The explanation for operators.</param>
/// <param name="DriverId">The driver of the ride then.</param>
/// <param name="At">When it was flagged.</param>
[Event("rides")]
public sealed record RideNeedsAttention(
    Guid RideId,
    string Kind,
    DateTimeOffset Since,
    string Reason,
    string DriverId,
    DateTimeOffset At
);

/// <summary>The ride was cancelled.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="By">Who cancelled: <c>rider</c>, <c>driver</c> (a no-show), <c>operator</c> or <c>system</c>.</param>
/// <param name="Stage">
/// The ride's status until then: <c>requested</c>, <c>driverAssigned</c> or <c>driverArrived</c>; <c>inProgress</c> only if an
/// operator cancelled it.
/// </param>
/// <param name="Reason">Why; <c>noShow</c> when the rider did not come.</param>
/// <param name="DriverId">The driver who had the ride, if any.</param>
/// <param name="OfferId">That driver's accepted offer.</param>
/// <param name="VehicleClass">The requested vehicle class.</param>
/// <param name="PaymentMethodId">The payment method. If null, the rider's default.</param>
/// <param name="SinceAssignedSeconds">Time since a driver was assigned, seconds, rounded up.</param>
/// <param name="FreeCancellationSeconds">How long after the assignment cancelling was free, seconds.</param>
/// <param name="At">When.</param>
[Event("rides")]
public sealed record RideCancelled(
    Guid RideId,
    string RiderId,
    string By,
    string Stage,
    [PersonalData] string Reason,
    string? DriverId,
    Guid? OfferId,
    string VehicleClass,
    Guid? PaymentMethodId,
    int? SinceAssignedSeconds,
    int FreeCancellationSeconds,
    DateTimeOffset At
);

/// <summary>The rider rated the ride, once.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="DriverId">The rated driver.</param>
/// <param name="Stars">1 to 5.</param>
/// <param name="Comment">The rider's comment.</param>
/// <param name="At">When.</param>
[Event("rides")]
public record RideRated(
    Guid RideId,
    string RiderId,
    string DriverId,
    int Stars,
    [PersonalData] string? Comment,
    DateTimeOffset At
);

/// <summary>The ride was rated, by each person at most once.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="DriverId">The driver.</param>
/// <param name="Stars">1 to 5.</param>
/// <param name="Comment">The comment of the person who rated it.</param>
/// <param name="At">When.</param>
/// <param name="By">Who rated it: <c>rider</c>, who rates the driver, or <c>driver</c>, who rates the rider. Ratings of version 1 are all by riders.</param>
[Event("rides", Version = 2)]
public sealed record RideRatedV2(
    Guid RideId,
    string RiderId,
    string DriverId,
    int Stars,
    [PersonalData] string? Comment,
    DateTimeOffset At,
    string By
) : RideRated(RideId, RiderId, DriverId, Stars, Comment, At)
{
    /// <summary>Supplies what version 1 did not say: only riders could rate.</summary>
    public static RideRatedV2 Upcast(RideRated older) =>
        new(older.RideId, older.RiderId, older.DriverId, older.Stars, older.Comment, older.At, Initiator.Rider);
}
