using RideBooking.Contracts;

namespace RideBooking.Rides;

// What riders and drivers tell a ride. Each comes over HTTP to the machine in this process; "At" is the server's clock.

/// <summary>A rider wants to be driven.</summary>
internal sealed record RequestRide(
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

/// <summary>The rider does not want it any more.</summary>
internal sealed record CancelRide(Guid RideId, string RiderId, string Reason, DateTimeOffset At);

/// <summary>Something only the ride's present driver may say.</summary>
internal interface IDriverCommand
{
    string DriverId { get; }

    DateTimeOffset At { get; }
}

/// <summary>The driver waits at the pickup.</summary>
internal sealed record ArriveAtPickup(Guid RideId, string DriverId, DateTimeOffset At) : IDriverCommand;

/// <summary>The rider is aboard.</summary>
internal sealed record StartRide(Guid RideId, string DriverId, DateTimeOffset At) : IDriverCommand;

/// <summary>The rider is there.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="DriverId">Its driver.</param>
/// <param name="DistanceMeters">What the driver's app measured, metres.</param>
/// <param name="Tolls">What the driver paid on the way.</param>
/// <param name="At">When.</param>
internal sealed record CompleteRide(Guid RideId, string DriverId, int? DistanceMeters, Money? Tolls, DateTimeOffset At)
    : IDriverCommand;

/// <summary>The driver gives the ride back; another is looked for.</summary>
internal sealed record ReleaseRide(Guid RideId, string DriverId, string Reason, DateTimeOffset At) : IDriverCommand;

/// <summary>The rider did not come.</summary>
internal sealed record ReportNoShow(Guid RideId, string DriverId, DateTimeOffset At) : IDriverCommand;

/// <summary>The rider judges the ride.</summary>
internal sealed record RateRide(Guid RideId, string RiderId, int Stars, string? Comment, DateTimeOffset At);

/// <summary>A timer: nobody was found in time.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="Search">Which search of the ride it ends, so that a late one does not end a later search.</param>
internal sealed record SearchDeadlinePassed(Guid RideId, int Search);
