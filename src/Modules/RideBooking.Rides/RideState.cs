using RideBooking.Contracts;
using RideBooking.EventLog;

namespace RideBooking.Rides;

/// <summary>A ride as its events describe it: the fold of its stream in the event log.</summary>
/// <remarks>
/// The counterpart of <see cref="RideSteps"/>: those change the ride and publish the event, and this function makes the same
/// change from the event. History, the live stream, operators and the audit all use it.
/// </remarks>
/// <param name="Version">The number of events applied: the stream version of the last one.</param>
/// <param name="Ride">The ride, with the stream version as its version; null before the request.</param>
/// <param name="ChangedAt">When the status last changed, see <see cref="Rides.Ride.ChangedAt"/>.</param>
internal sealed record RideState(int Version, RideView? Ride, DateTimeOffset ChangedAt)
{
    /// <summary>The state before the first event.</summary>
    public static RideState Empty { get; } = new(0, null, default);

    /// <summary>Folds a ride's events, from the first.</summary>
    public static RideState Of(IEnumerable<LoggedEvent> events) =>
        events.Aggregate(Empty, (state, logged) => state.Apply(EventCatalogue.Published.Read(logged)));

    /// <summary>Returns the state after an event of the stream.</summary>
    /// <param name="happened">The event. Null for one that this process does not know; it changes only the version.</param>
    public RideState Apply(object? happened)
    {
        var next =
            happened is RideRequested requested ? this with { Ride = Requested(requested), ChangedAt = requested.At }
            : Ride is { } ride ? After(ride, happened)
            : this;
        return next with
        {
            Version = Version + 1,
            Ride = next.Ride is { } changed ? changed with { Version = Version + 1 } : null,
        };
    }

    static RideView Requested(RideRequested requested) =>
        new(
            requested.RideId,
            RideStatus.Requested,
            requested.RiderId,
            DriverId: null,
            Driver: null,
            OfferId: null,
            requested.Pickup,
            requested.Dropoff,
            (requested as RideRequestedV2)?.Stops ?? [],
            requested.VehicleClass,
            (requested as RideRequestedV2)?.PickupAt is { } pickupAt ? RideView.AsKept(pickupAt) : null,
            RideView.AcceptedQuote.Of(requested.QuoteId, requested.QuotedFare, requested.QuotedDistanceMeters),
            requested.PaymentMethodId,
            Fare: null,
            new RideView.PaymentState(PaymentStatus.None, null),
            EtaSeconds: null,
            WaitSeconds: null,
            DistanceMeters: null,
            Tolls: null,
            Completion: null,
            Cancellation: null,
            Rating: null,
            RatingByDriver: null,
            Flags: [],
            Version: 0,
            new Dictionary<string, DateTimeOffset> { [RideStatuses.Requested] = RideView.AsKept(requested.At) }
        );

    RideState After(RideView ride, object? happened)
    {
        var status = ride.Status.After(happened);
        return happened switch
        {
            // The machine rejects an assignment that is late or second: it does not affect the ride.
            DriverAssigned it when status != ride.Status => MoveTo(
                ride with
                {
                    DriverId = it.DriverId,
                    Driver = new RideView.AssignedDriver(it.DriverName, it.Vehicle),
                    OfferId = it.OfferId,
                    EtaSeconds = it.EtaSeconds,
                },
                status,
                // Published by another module, whose clock may differ.
                it.At > ChangedAt
                    ? it.At
                    : ChangedAt
            ),
            RideSearchStarted it => this with { ChangedAt = it.At },
            DestinationChanged it => With(
                ride with
                {
                    Dropoff = it.Dropoff,
                    Stops = it.Stops ?? [],
                    Quote = new RideView.AcceptedQuote(it.QuoteId, it.QuotedFare, it.QuotedDistanceMeters),
                }
            ),
            DriverUnassigned { SearchAgain: true } it => this with
            {
                Ride = WithoutDriver(ride) with { Status = status },
                ChangedAt = it.At,
            },
            DriverArrived it => MoveTo(ride, status, it.At),
            RideStarted it => MoveTo(ride with { WaitSeconds = it.WaitSeconds }, status, it.At),
            RideCompleted it => MoveTo(
                ride with
                {
                    DistanceMeters = it.DistanceMeters,
                    Tolls = it.Tolls,
                    Completion = it.Reason is { } reason ? new RideView.EndedBy(it.By, reason) : null,
                },
                status,
                it.At
            ),
            // The ride may have ended before its driver's assignment reached it. Then it never had the driver.
            RideCancelled it => MoveTo(
                (it.DriverId is null ? WithoutDriver(ride) : ride) with
                {
                    Cancellation = new RideView.EndedBy(it.By, it.Reason),
                },
                status,
                it.At
            ),
            NoDriverFound it => MoveTo(WithoutAuthorization(WithoutDriver(ride)), status, it.At),
            RideNeedsAttention it => With(
                ride with
                {
                    Flags = [.. ride.Flags, new RideFlag(it.Kind, it.Reason, it.DriverId, it.Since)],
                }
            ),
            RideRatedV2 { By: Initiator.Driver } it => With(
                ride with
                {
                    RatingByDriver = new RideView.RatingGiven(it.Stars, it.Comment),
                }
            ),
            RideRatedV2 it => With(ride with { Rating = new RideView.RatingGiven(it.Stars, it.Comment) }),
            FareFinalized it => With(WithAmountDue(ride, it.Total)),
            CancellationFeeAssessedV2 it => With(WithAmountDue(ride, it.Amount)),
            PaymentAuthorized it when ride.Fare is null && ride.Status != RideStatus.NoDriverFound => With(
                WithPayment(ride, PaymentStatus.Authorized, it.Amount)
            ),
            PaymentCaptured it => With(WithPayment(ride, PaymentStatus.Captured, it.Amount)),
            PaymentFailed it => With(
                WithPayment(ride, it.WillRetry ? PaymentStatus.Retrying : PaymentStatus.Outstanding, it.Amount)
            ),
            BalanceOutstanding it => With(WithPayment(ride, PaymentStatus.Outstanding, it.Amount)),
            BalanceWrittenOff it => With(WithPayment(ride, PaymentStatus.WrittenOff, it.Amount)),
            PaymentRefunded it when it.TotalRefunded == it.Captured => With(
                WithPayment(ride, PaymentStatus.Refunded, it.TotalRefunded)
            ),
            BalanceSettled it => With(WithPayment(ride, PaymentStatus.Captured, it.Amount)),
            _ => this,
        };
    }

    RideState With(RideView ride) => this with { Ride = ride };

    RideState MoveTo(RideView ride, RideStatus status, DateTimeOffset at) =>
        this with
        {
            Ride = ride with
            {
                Status = status,
                EtaSeconds = status == RideStatus.DriverAssigned ? ride.EtaSeconds : null,
                Timestamps = new Dictionary<string, DateTimeOffset>(ride.Timestamps)
                {
                    [status.InApi()] = RideView.AsKept(at),
                },
            },
            ChangedAt = at,
        };

    static RideView WithoutDriver(RideView ride) =>
        ride with
        {
            DriverId = null,
            Driver = null,
            OfferId = null,
            EtaSeconds = null,
            Timestamps = ride
                .Timestamps.Where(it => it.Key is not (RideStatuses.DriverAssigned or RideStatuses.DriverArrived))
                .ToDictionary(),
        };

    static RideView WithAmountDue(RideView ride, Money amount)
    {
        var due = ride.Fare ?? amount;
        return due.Amount > 0
            ? WithPayment(ride with { Fare = due }, PaymentStatus.Pending, due)
            : WithoutAuthorization(ride) with
            {
                Fare = due,
            };
    }

    static RideView WithoutAuthorization(RideView ride) =>
        ride.Payment.Status == PaymentStatus.Authorized
            ? ride with
            {
                Payment = new RideView.PaymentState(PaymentStatus.None, null),
            }
            : ride;

    static RideView WithPayment(RideView ride, PaymentStatus status, Money amount) =>
        status > ride.Payment.Status ? ride with { Payment = new RideView.PaymentState(status, amount) } : ride;
}
