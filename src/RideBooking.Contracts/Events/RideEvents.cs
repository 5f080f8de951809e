namespace RideBooking.Contracts;

/// <summary>A rider asked for a ride.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="Pickup">Where the rider waits.</param>
/// <param name="Dropoff">Where the rider goes.</param>
/// <param name="VehicleClass">The class asked for.</param>
/// <param name="QuoteId">The quote the rider accepted, if any.</param>
/// <param name="QuotedFare">The fare that quote promises.</param>
/// <param name="QuotedDistanceMeters">The distance that promise covers, metres.</param>
/// <param name="PaymentMethodId">How the rider wants to pay; the rider's default if null.</param>
/// <param name="At">When.</param>
[Event("rides")]
public sealed record RideRequested(
    Guid RideId,
    string RiderId,
    Place Pickup,
    Place Dropoff,
    string VehicleClass,
    Guid? QuoteId,
    Money? QuotedFare,
    int? QuotedDistanceMeters,
    Guid? PaymentMethodId,
    DateTimeOffset At
);

/// <summary>The driver who had the ride no longer has it; when <paramref name="SearchAgain"/>, another is looked for.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="DriverId">The driver who is free again.</param>
/// <param name="OfferId">The accepted offer that this ends.</param>
/// <param name="By">Who ended it: <c>driver</c>, <c>operator</c> or <c>system</c> (the ride had ended before the assignment arrived).</param>
/// <param name="Reason">Why, in the words of the person who ended it.</param>
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

/// <summary>The search deadline passed without a driver: the ride is over. Matching stops looking.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="SearchSeconds">How long the last search lasted, seconds.</param>
/// <param name="At">When.</param>
[Event("rides")]
public sealed record NoDriverFound(Guid RideId, string RiderId, int SearchSeconds, DateTimeOffset At);

/// <summary>The driver waits at the pickup. A notification event: its consumers need only the fact.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="DriverId">The driver.</param>
/// <param name="At">When.</param>
/// <param name="FreeWaitUntil">From then on waiting costs.</param>
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

/// <summary>The rider was brought there. Carries all that billing it takes, so that nobody has to ask back.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="DriverId">The driver.</param>
/// <param name="Pickup">From where.</param>
/// <param name="Dropoff">To where.</param>
/// <param name="VehicleClass">The class that was asked for.</param>
/// <param name="QuoteId">The quote the rider accepted, if any.</param>
/// <param name="QuotedFare">The fare that quote promises.</param>
/// <param name="QuotedDistanceMeters">The distance that promise covers, metres.</param>
/// <param name="PaymentMethodId">How the rider wants to pay; the rider's default if null.</param>
/// <param name="DistanceMeters">The distance driven as the driver's app measured it, metres; null if it did not.</param>
/// <param name="DurationSeconds">Time from start to completion, seconds.</param>
/// <param name="WaitSeconds">Time the driver waited at the pickup, seconds.</param>
/// <param name="FreeWaitSeconds">How much of that was free, seconds.</param>
/// <param name="Tolls">What the driver paid on the way.</param>
/// <param name="StartedAt">When the rider was aboard.</param>
/// <param name="At">When it was completed.</param>
/// <param name="LastPosition">
/// Where the driver was seen last, between start and completion and lately; null if nowhere. Absent in older events.
/// </param>
/// <param name="By">Who completed it: <c>driver</c> or <c>operator</c>. Absent in older events, which a driver completed.</param>
[Event("rides")]
public sealed record RideCompleted(
    Guid RideId,
    string RiderId,
    string DriverId,
    Place Pickup,
    Place Dropoff,
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
    Place? LastPosition = null,
    string By = "driver"
);

/// <summary>A driver reported something that cannot be true. The ride goes on; operators look at it.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="Kind">
/// <c>arrivedFarFromPickup</c>, <c>arrivedTooSoon</c>, <c>startedFarFromPickup</c>, <c>completedFarFromDropoff</c>,
/// <c>completedTooSoon</c>, <c>distanceTooShort</c> or <c>distanceTooLong</c>; more may come.
/// </param>
/// <param name="Since">When it was reported.</param>
/// <param name="Reason">Why it cannot be true, for a person.</param>
/// <param name="DriverId">The driver who reported it.</param>
/// <param name="At">When it was noted.</param>
[Event("rides")]
public sealed record RideNeedsAttention(
    Guid RideId,
    string Kind,
    DateTimeOffset Since,
    string Reason,
    string DriverId,
    DateTimeOffset At
);

/// <summary>The ride will not happen.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="By">Who cancelled: <c>rider</c>, <c>driver</c> (a no-show), <c>operator</c> or <c>system</c>.</param>
/// <param name="Stage">
/// The ride's status until then: <c>requested</c>, <c>driverAssigned</c> or <c>driverArrived</c>; <c>inProgress</c> only where an
/// operator cancelled it.
/// </param>
/// <param name="Reason">Why; <c>noShow</c> when the rider did not come.</param>
/// <param name="DriverId">The driver who had the ride, if any.</param>
/// <param name="OfferId">That driver's accepted offer.</param>
/// <param name="VehicleClass">The class that was asked for.</param>
/// <param name="PaymentMethodId">How the rider wants to pay; the rider's default if null.</param>
/// <param name="SinceAssignedSeconds">Time since a driver was assigned, seconds, a begun one counted.</param>
/// <param name="FreeCancellationSeconds">How long after the assignment cancelling was free, seconds.</param>
/// <param name="At">When.</param>
[Event("rides")]
public sealed record RideCancelled(
    Guid RideId,
    string RiderId,
    string By,
    string Stage,
    string Reason,
    string? DriverId,
    Guid? OfferId,
    string VehicleClass,
    Guid? PaymentMethodId,
    int? SinceAssignedSeconds,
    int FreeCancellationSeconds,
    DateTimeOffset At
);

/// <summary>The rider judged the ride, once.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="RiderId">The rider who judged.</param>
/// <param name="DriverId">The driver who was judged.</param>
/// <param name="Stars">1 to 5.</param>
/// <param name="Comment">In the rider's words.</param>
/// <param name="At">When.</param>
[Event("rides")]
public sealed record RideRated(
    Guid RideId,
    string RiderId,
    string DriverId,
    int Stars,
    string? Comment,
    DateTimeOffset At
);
