using RideBooking.Contracts;

namespace RideBooking.Rides;

/// <summary>A ride as the API shows it to its rider, its driver and operators.</summary>
/// <param name="Id">The ride.</param>
/// <param name="Status">The ride's status.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="DriverId">The driver, or the last one if the ride has ended.</param>
/// <param name="Driver">What the rider needs to recognize the driver.</param>
/// <param name="OfferId">The offer the driver accepted.</param>
/// <param name="Pickup">The pickup point.</param>
/// <param name="Dropoff">The destination.</param>
/// <param name="Stops">The stops on the way, in their order. After a change during the ride, those from there on.</param>
/// <param name="VehicleClass">The requested vehicle class.</param>
/// <param name="PickupAt">When the rider wants to be picked up, if they booked ahead.</param>
/// <param name="Quote">The accepted quote, if any.</param>
/// <param name="PaymentMethodId">The payment method. If null, the rider's default.</param>
/// <param name="Fare">What the rider pays, once it is final: the fare, or the fee of a cancelled ride.</param>
/// <param name="Payment">The state of the payment.</param>
/// <param name="EtaSeconds">While the driver is on the way: the estimate at the assignment, seconds.</param>
/// <param name="WaitSeconds">How long the driver waited at the pickup, seconds.</param>
/// <param name="DistanceMeters">The distance the driver's app measured, metres.</param>
/// <param name="Tolls">The tolls the driver paid.</param>
/// <param name="Completion">Who completed the ride and why, if it was not its driver.</param>
/// <param name="Cancellation">Who cancelled the ride and why.</param>
/// <param name="Rating">The rider's rating of the driver.</param>
/// <param name="RatingByDriver">The driver's rating of the rider.</param>
/// <param name="Flags">What operators should review, oldest first.</param>
/// <param name="Version">
/// Incremented by every change. In a past ride: the <c>stream_version</c> of the last event that it includes.
/// </param>
/// <param name="Timestamps">When the ride reached each status, by status. Those of a driver who released it are omitted.</param>
/// <param name="StartPin">
/// The PIN that the driver needs to start the ride, four digits. Only its rider gets it, only until the start, and only if the
/// operator of this service has configured PINs.
/// </param>
internal sealed record RideView(
    Guid Id,
    RideStatus Status,
    string RiderId,
    string? DriverId,
    RideView.AssignedDriver? Driver,
    Guid? OfferId,
    Place Pickup,
    Place Dropoff,
    IReadOnlyList<Place> Stops,
    string VehicleClass,
    DateTimeOffset? PickupAt,
    RideView.AcceptedQuote? Quote,
    Guid? PaymentMethodId,
    Money? Fare,
    RideView.PaymentState Payment,
    int? EtaSeconds,
    int? WaitSeconds,
    int? DistanceMeters,
    Money? Tolls,
    RideView.EndedBy? Completion,
    RideView.EndedBy? Cancellation,
    RideView.RatingGiven? Rating,
    RideView.RatingGiven? RatingByDriver,
    IReadOnlyList<RideFlag> Flags,
    int Version,
    IReadOnlyDictionary<string, DateTimeOffset> Timestamps,
    string? StartPin = null
)
{
    /// <param name="Name">The driver's name, as riders see it.</param>
    /// <param name="Vehicle">The vehicle.</param>
    internal sealed record AssignedDriver(string Name, Vehicle Vehicle);

    /// <param name="Id">The quote.</param>
    /// <param name="Fare">The fare it promises.</param>
    /// <param name="DistanceMeters">The distance the quote covers, metres.</param>
    internal sealed record AcceptedQuote(Guid Id, Money Fare, int DistanceMeters)
    {
        public static AcceptedQuote? Of(Guid? id, Money? fare, int? distanceMeters) =>
            (id, fare, distanceMeters) is ({ } quote, { } promised, { } meters)
                ? new AcceptedQuote(quote, promised, meters)
                : null;
    }

    /// <param name="Status">The state of the payment.</param>
    /// <param name="Amount">The amount due or paid.</param>
    internal sealed record PaymentState(PaymentStatus Status, Money? Amount);

    /// <param name="By"><c>rider</c>, <c>driver</c> (a no-show) or <c>operator</c>.</param>
    /// <param name="Reason">Why; <c>notEndedByDriver</c> when the rider completed the ride.</param>
    internal sealed record EndedBy(string By, string Reason);

    /// <param name="Stars">1 to 5.</param>
    /// <param name="Comment">The comment of the person who rated.</param>
    internal sealed record RatingGiven(int Stars, string? Comment);

    public static RideView Of(Ride ride) =>
        new(
            ride.CorrelationId,
            ride.Is(),
            ride.RiderId,
            ride.DriverId,
            ride is { DriverName: { } name, DriverVehicle: { } vehicle } ? new AssignedDriver(name, vehicle) : null,
            ride.OfferId,
            ride.Pickup,
            ride.Dropoff,
            ride.Stops ?? [],
            ride.VehicleClass,
            ride.PickupAt is { } pickupAt ? AsKept(pickupAt) : null,
            AcceptedQuote.Of(ride.QuoteId, ride.QuotedFare, ride.QuotedDistanceMeters),
            ride.PaymentMethodId,
            ride.Fare,
            new PaymentState(ride.PaymentStatus, ride.PaymentAmount),
            ride.Is() == RideStatus.DriverAssigned ? ride.EtaSeconds : null,
            ride.WaitSeconds,
            ride.DistanceMeters,
            ride.Tolls,
            ride is { CompletedBy: { } completer, CompletionReason: { } why } ? new EndedBy(completer, why) : null,
            ride is { CancelledBy: { } by, CancellationReason: { } reason } ? new EndedBy(by, reason) : null,
            ride.Stars is { } stars ? new RatingGiven(stars, ride.RatingComment) : null,
            ride.RiderStars is { } riderStars ? new RatingGiven(riderStars, ride.RiderRatingComment) : null,
            ride.Flags,
            ride.Version,
            TimestampsOf(ride)
        );

    static Dictionary<string, DateTimeOffset> TimestampsOf(Ride ride) =>
        new (RideStatus Status, DateTimeOffset? At)[]
        {
            (RideStatus.Requested, ride.RequestedAt),
            (RideStatus.DriverAssigned, ride.AssignedAt),
            (RideStatus.DriverArrived, ride.ArrivedAt),
            (RideStatus.InProgress, ride.StartedAt),
            (RideStatus.Completed, ride.CompletedAt),
            (RideStatus.Cancelled, ride.CancelledAt),
            (RideStatus.NoDriverFound, ride.NoDriverFoundAt),
        }
            .Where(reached => reached.At is not null)
            .ToDictionary(reached => reached.Status.InApi(), reached => AsKept(reached.At!.Value));

    // Rounded to the precision of all supported databases, so that a ride looks the same before and after it is stored.
    public static DateTimeOffset AsKept(DateTimeOffset at) => at.AddTicks(-(at.Ticks % TimeSpan.TicksPerMicrosecond));
}
