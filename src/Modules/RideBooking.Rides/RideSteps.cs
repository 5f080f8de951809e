using MassTransit;
using RideBooking.Contracts;
using RideBooking.Platform.Messaging;

namespace RideBooking.Rides;

/// <summary>The activities of the state machine: each changes the ride, then publishes what changed.</summary>
internal static class RideSteps
{
    public static EventActivityBinder<Ride, RequestRide> CreateRide(
        this EventActivityBinder<Ride, RequestRide> binder
    ) =>
        binder.Publish(context =>
        {
            var (ride, asked) = (context.Saga, context.Message);
            ride.RiderId = asked.RiderId;
            ride.ActiveRiderId = asked.RiderId;
            ride.Pickup = asked.Pickup;
            ride.Dropoff = asked.Dropoff;
            ride.Stops = asked.Stops;
            ride.VehicleClass = asked.VehicleClass;
            ride.QuoteId = asked.QuoteId;
            ride.QuotedFare = asked.QuotedFare;
            ride.QuotedDistanceMeters = asked.QuotedDistanceMeters;
            ride.PaymentMethodId = asked.PaymentMethodId;
            ride.PickupAt = asked.PickupAt;
            ride.SearchAt = asked.SearchAt;
            ride.TripSeconds = asked.Terms?.DurationSeconds;
            ride.RequestedAt = ride.MoveTo(asked.At);
            return new RideRequestedV2(
                ride.CorrelationId,
                ride.RiderId,
                ride.Pickup,
                ride.Dropoff,
                ride.VehicleClass,
                ride.QuoteId,
                ride.QuotedFare,
                ride.QuotedDistanceMeters,
                ride.PaymentMethodId,
                ride.RequestedAt,
                asked.Terms,
                ride.Stops,
                ride.PickupAt
            );
        });

    /// <summary>Replaces the destination, the stops and the quote by those that the rider accepted.</summary>
    public static EventActivityBinder<Ride, ChangeDestination> Redirect(
        this EventActivityBinder<Ride, ChangeDestination> binder
    ) =>
        binder.Publish(context =>
        {
            var (ride, change) = (context.Saga, context.Message);
            ride.Dropoff = change.Dropoff;
            ride.Stops = change.Stops;
            ride.QuoteId = change.QuoteId;
            ride.QuotedFare = change.Terms.Fare;
            ride.QuotedDistanceMeters = change.Terms.DistanceMeters;
            ride.DestinationChanges = change.Number;
            ride.TripSeconds = change.Terms.DurationSeconds;
            return new DestinationChanged(
                ride.CorrelationId,
                ride.RiderId,
                ride.DriverId,
                change.Number,
                ride.Dropoff,
                ride.Stops,
                change.QuoteId,
                change.Terms.Fare,
                change.Terms.DistanceMeters,
                change.Terms,
                ride.NotBefore(change.At)
            );
        });

    /// <summary>Sets the timer that starts the search of a ride that was booked ahead.</summary>
    public static EventActivityBinder<Ride, RequestRide> ScheduleSearch(
        this EventActivityBinder<Ride, RequestRide> binder,
        SagaTimer<Ride, SearchStartDue> start
    ) =>
        binder.Schedule(
            start,
            ride => new SearchStartDue(ride.CorrelationId, ride.Search),
            ride => ride.SearchAt!.Value
        );

    /// <summary>Begins the first search of a ride that was booked ahead, when its timer fires, be that late or early.</summary>
    public static EventActivityBinder<Ride, SearchStartDue> BeginBookedSearch(
        this EventActivityBinder<Ride, SearchStartDue> binder
    ) =>
        binder.Publish(context =>
        {
            var ride = context.Saga;
            ride.SearchStartTokenId = null;
            return new RideSearchStarted(
                ride.CorrelationId,
                ride.RiderId,
                ride.PickupAt!.Value,
                ride.MoveTo(context.Now())
            );
        });

    /// <summary>Starts a search for a driver, and the timer that ends it.</summary>
    public static EventActivityBinder<Ride, T> StartSearch<T>(
        this EventActivityBinder<Ride, T> binder,
        SagaTimer<Ride, SearchDeadlinePassed> deadline,
        RideTimes times
    )
        where T : class =>
        binder
            .Then(context =>
            {
                context.Saga.Search++;
                context.Saga.SearchStartedAt = context.Saga.ChangedAt;
            })
            .Schedule(
                deadline,
                ride => new SearchDeadlinePassed(ride.CorrelationId, ride.Search),
                ride => ride.SearchStartedAt + times.SearchDeadline
            );

    public static EventActivityBinder<Ride, DriverAssigned> AssignDriver(
        this EventActivityBinder<Ride, DriverAssigned> binder
    ) =>
        binder.Then(context =>
        {
            var (ride, assigned) = (context.Saga, context.Message);
            ride.DriverId = assigned.DriverId;
            ride.ActiveDriverId = assigned.DriverId;
            ride.OfferId = assigned.OfferId;
            ride.DriverName = assigned.DriverName;
            ride.DriverVehicle = assigned.Vehicle;
            ride.EtaSeconds = assigned.EtaSeconds;
            ride.AssignedAt = ride.MoveTo(assigned.At);
        });

    /// <summary>Takes the ride from a driver who released it.</summary>
    public static EventActivityBinder<Ride, ReleaseRide> UnassignDriver(
        this EventActivityBinder<Ride, ReleaseRide> binder
    ) =>
        binder.Publish(context =>
            context.Saga.Unassign(Initiator.Driver, context.Message.Reason, context.Message.At, searchAgain: true)
        );

    /// <summary>Takes the ride from its driver for an operator.</summary>
    public static EventActivityBinder<Ride, ReassignRide> UnassignDriver(
        this EventActivityBinder<Ride, ReassignRide> binder
    ) =>
        binder.Publish(context =>
            context.Saga.Unassign(Initiator.Operator, context.Message.Reason, context.Message.At, searchAgain: true)
        );

    static DriverUnassigned Unassign(this Ride ride, string by, string reason, DateTimeOffset at, bool searchAgain)
    {
        var unassigned = new DriverUnassigned(
            ride.CorrelationId,
            ride.RiderId,
            ride.DriverId!,
            ride.OfferId!.Value,
            by,
            reason,
            searchAgain,
            ride.MoveTo(at)
        );
        ride.EndedOffers = [.. ride.EndedOffers, unassigned.OfferId];
        ride.DriverId = null;
        ride.ActiveDriverId = null;
        ride.OfferId = null;
        ride.DriverName = null;
        ride.DriverVehicle = null;
        ride.EtaSeconds = null;
        ride.AssignedAt = null;
        ride.ArrivedAt = null;
        ride.ArrivalMeters = null;
        ride.WrongPins = 0;
        return unassigned;
    }

    /// <summary>Releases a driver for whom there is no ride (any more). At most once per offer: the ride remembers it.</summary>
    public static EventActivityBinder<Ride, DriverAssigned> RejectDriver(
        this EventActivityBinder<Ride, DriverAssigned> binder
    ) =>
        binder.Publish(context =>
        {
            var (ride, assigned) = (context.Saga, context.Message);
            ride.EndedOffers = [.. ride.EndedOffers, assigned.OfferId];
            return new DriverUnassigned(
                ride.CorrelationId,
                ride.RiderId,
                assigned.DriverId,
                assigned.OfferId,
                Initiator.System,
                ride.ActiveRiderId is null ? UnassignReason.RideEnded : UnassignReason.RideTaken,
                SearchAgain: false,
                ride.NotBefore(assigned.At)
            );
        });

    public static EventActivityBinder<Ride, SearchDeadlinePassed> GiveUp(
        this EventActivityBinder<Ride, SearchDeadlinePassed> binder,
        RideTimes times
    ) =>
        binder.Publish(context =>
        {
            var (ride, now) = (context.Saga, context.Now());
            var due = ride.SearchStartedAt + times.SearchDeadline;
            // After an outage the timer fires late; the search lasted until then.
            ride.NoDriverFoundAt = ride.MoveTo(now > due ? now : due);
            ride.SearchDeadlineTokenId = null;
            ride.EndActivity();
            ride.ReleaseAuthorization();
            return new NoDriverFound(
                ride.CorrelationId,
                ride.RiderId,
                Seconds(ride.SearchStartedAt, ride.ChangedAt),
                ride.ChangedAt
            );
        });

    /// <summary>Ends a ride that its drivers released too often, as the deadline of a search does.</summary>
    /// <remarks>Two events: the first frees the driver, the second ends the ride and its search.</remarks>
    public static EventActivityBinder<Ride, ReleaseRide> GiveUp(this EventActivityBinder<Ride, ReleaseRide> binder) =>
        binder.ThenAsync(async context =>
        {
            var (ride, released) = (context.Saga, context.Message);
            var searched = Seconds(ride.SearchStartedAt, ride.AssignedAt!.Value);
            await context.Publish(ride.Unassign(Initiator.Driver, released.Reason, released.At, searchAgain: false));
            ride.NoDriverFoundAt = ride.ChangedAt;
            ride.EndActivity();
            ride.ReleaseAuthorization();
            await context.Publish(new NoDriverFound(ride.CorrelationId, ride.RiderId, searched, ride.ChangedAt));
        });

    public static EventActivityBinder<Ride, ArriveAtPickup> Arrive(
        this EventActivityBinder<Ride, ArriveAtPickup> binder,
        RideTimes times,
        Plausibility plausibility
    ) =>
        binder.Publish(context =>
        {
            var (ride, arrived) = (context.Saga, context.Message);
            var at = ride.MoveTo(arrived.At);
            ride.ArrivedAt = at;
            ride.ArrivalMeters = plausibility.MetersFromPickup(ride, arrived.Position, arrived.At);
            return new DriverArrived(ride.CorrelationId, ride.RiderId, ride.DriverId!, at, at + times.FreeWait);
        });

    public static EventActivityBinder<Ride, RecordWrongPin> CountWrongPin(
        this EventActivityBinder<Ride, RecordWrongPin> binder
    ) => binder.Then(context => context.Saga.WrongPins++);

    /// <summary>Starts the trip, and the timer that fires if it takes too long.</summary>
    public static EventActivityBinder<Ride, StartRide> Start(
        this EventActivityBinder<Ride, StartRide> binder,
        SagaTimer<Ride, RideBecameOverdue> overdue,
        RideRules rules
    ) =>
        binder
            .Publish(context =>
            {
                var ride = context.Saga;
                var at = ride.MoveTo(context.Message.At);
                var wait = Seconds(ride.ArrivedAt!.Value, at);
                ride.StartedAt = at;
                ride.WaitSeconds = wait;
                ride.OverdueAt = rules.OverdueAt(at, ride.TripSeconds);
                return new RideStarted(ride.CorrelationId, ride.RiderId, ride.DriverId!, at, wait);
            })
            .Schedule(overdue, ride => new RideBecameOverdue(ride.CorrelationId), ride => ride.OverdueAt!.Value);

    public static EventActivityBinder<Ride, CompleteRide> Complete(
        this EventActivityBinder<Ride, CompleteRide> binder,
        RideTimes times,
        Plausibility plausibility
    ) =>
        binder.Publish(context =>
        {
            var (ride, done) = (context.Saga, context.Message);
            var end = plausibility.SeenDuringRide(ride, done);
            return ride.Completed(done.DistanceMeters, done.Tolls, done.At, times) with { LastPosition = end };
        });

    /// <summary>
    /// Limits the billed time to the estimate, because nothing stopped the clock of a ride whose driver is unavailable.
    /// </summary>
    public static EventActivityBinder<Ride, ForceComplete> CompleteByOperator(
        this EventActivityBinder<Ride, ForceComplete> binder,
        RideTimes times
    ) =>
        binder.Publish(context =>
        {
            var (ride, force) = (context.Saga, context.Message);
            ride.CompletedBy = Initiator.Operator;
            ride.CompletionReason = force.Reason;
            var completed = ride.Completed(force.DistanceMeters, null, force.At, times);
            return completed with
            {
                DurationSeconds = Math.Min(completed.DurationSeconds, force.EstimatedSeconds),
                By = Initiator.Operator,
                Reason = force.Reason,
            };
        });

    /// <summary>Limits the billed time to the estimate, as for an operator, and asks an operator to review the ride.</summary>
    public static EventActivityBinder<Ride, EndRide> CompleteByRider(
        this EventActivityBinder<Ride, EndRide> binder,
        RideTimes times
    ) =>
        binder.ThenAsync(async context =>
        {
            var (ride, end) = (context.Saga, context.Message);
            var estimated = ride.TripSeconds ?? end.EstimatedSeconds;
            ride.CompletedBy = Initiator.Rider;
            ride.CompletionReason = CompletionReason.NotEndedByDriver;
            var completed = ride.Completed(null, null, end.At, times);
            var took = completed.DurationSeconds;
            await context.Publish(
                completed with
                {
                    DurationSeconds = Math.Min(took, estimated),
                    By = Initiator.Rider,
                    Reason = CompletionReason.NotEndedByDriver,
                }
            );
            await context.Raise(
                RideFlags.EndedByRider,
                $"The rider ended the ride {took} s after its start; the trip was estimated at {estimated} s.",
                completed.At
            );
        });

    /// <summary>Asks operators to look at a ride that takes too long.</summary>
    public static EventActivityBinder<Ride, RideBecameOverdue> RaiseOverdue(
        this EventActivityBinder<Ride, RideBecameOverdue> binder,
        RideRules rules
    ) =>
        binder.ThenAsync(async context =>
        {
            var ride = context.Saga;
            ride.OverdueTokenId = null;
            await context.Raise(
                RideFlags.Overdue,
                ride.TripSeconds is { } estimated
                    ? $"The ride is still in progress; the trip was estimated at {estimated} s."
                    : "The ride is still in progress.",
                ride.OverdueSince(rules)
            );
        });

    /// <summary>Asks operators to look at a ride whose driver reports no position.</summary>
    public static EventActivityBinder<Ride, DriverWentSilent> RaiseSilence(
        this EventActivityBinder<Ride, DriverWentSilent> binder
    ) =>
        binder.ThenAsync(context =>
            context.Raise(
                RideFlags.DriverSilent,
                "The ride is in progress, and its driver reports no position.",
                context.Message.Since
            )
        );

    /// <summary>Returns when a ride in progress is overdue, also for one that an earlier version started.</summary>
    public static DateTimeOffset OverdueSince(this Ride ride, RideRules rules) =>
        ride.OverdueAt ?? rules.OverdueAt(ride.StartedAt!.Value, ride.TripSeconds);

    static RideCompleted Completed(
        this Ride ride,
        int? distanceMeters,
        Money? tolls,
        DateTimeOffset reportedAt,
        RideTimes times
    )
    {
        var at = ride.MoveTo(reportedAt);
        ride.CompletedAt = at;
        ride.DistanceMeters = distanceMeters;
        ride.Tolls = tolls;
        ride.EndActivity();
        return new RideCompleted(
            ride.CorrelationId,
            ride.RiderId,
            ride.DriverId!,
            ride.Pickup,
            ride.Dropoff,
            ride.VehicleClass,
            ride.QuoteId,
            ride.QuotedFare,
            ride.QuotedDistanceMeters,
            ride.PaymentMethodId,
            ride.DistanceMeters,
            Seconds(ride.StartedAt!.Value, at),
            ride.WaitSeconds!.Value,
            Math.Min(ride.WaitSeconds.Value, (int)times.FreeWait.TotalSeconds),
            ride.Tolls,
            ride.StartedAt.Value,
            at
        );
    }

    /// <summary>Records a driver's implausible report on the ride and in the event log.</summary>
    public static EventActivityBinder<Ride, T> Flag<T>(
        this EventActivityBinder<Ride, T> binder,
        Func<Ride, T, IReadOnlyList<RideFlag>> check
    )
        where T : class, IDriverCommand =>
        binder.ThenAsync(async context =>
        {
            foreach (var flag in check(context.Saga, context.Message))
                await context.Raise(flag);
        });

    static Task Raise(this BehaviorContext<Ride> context, string code, string reason, DateTimeOffset since) =>
        context.Raise(new RideFlag(code, reason, context.Saga.DriverId!, since));

    static Task Raise(this BehaviorContext<Ride> context, RideFlag flag)
    {
        var ride = context.Saga;
        ride.Flags = [.. ride.Flags, flag];
        ride.FlaggedAt ??= flag.At;
        return context.Publish(
            new RideNeedsAttention(
                ride.CorrelationId,
                flag.Code,
                flag.At,
                flag.Reason,
                flag.DriverId,
                ride.NotBefore(flag.At)
            )
        );
    }

    public static EventActivityBinder<Ride, CancelRide> CancelByRider(
        this EventActivityBinder<Ride, CancelRide> binder,
        RideTimes times
    ) =>
        binder.Publish(context =>
            context.Saga.Cancel(context.Saga.CancelledByRider(context.Message.Reason, context.Message.At, times))
        );

    public static EventActivityBinder<Ride, ReportNoShow> CancelAsNoShow(
        this EventActivityBinder<Ride, ReportNoShow> binder,
        RideTimes times
    ) =>
        binder.Publish(context =>
        {
            var (ride, at) = (context.Saga, context.Saga.NotBefore(context.Message.At));
            return ride.Cancel(ride.Cancelled(Initiator.Driver, CancellationReason.NoShow, at, times));
        });

    public static EventActivityBinder<Ride, ForceCancel> CancelByOperator(
        this EventActivityBinder<Ride, ForceCancel> binder,
        RideTimes times
    ) =>
        binder.Publish(context =>
        {
            var (ride, force) = (context.Saga, context.Message);
            return ride.Cancel(ride.Cancelled(Initiator.Operator, force.Reason, ride.NotBefore(force.At), times));
        });

    public static EventActivityBinder<Ride, RateRide> Rate(this EventActivityBinder<Ride, RateRide> binder) =>
        binder.Publish(context =>
        {
            var (ride, rating) = (context.Saga, context.Message);
            ride.Stars = rating.Stars;
            ride.RatingComment = ride.Kept(rating.Comment);
            ride.RatedAt = ride.NotBefore(rating.At);
            return ride.Rated(Initiator.Rider, rating.Stars, rating.Comment, ride.RatedAt.Value);
        });

    public static EventActivityBinder<Ride, RateRider> Rate(this EventActivityBinder<Ride, RateRider> binder) =>
        binder.Publish(context =>
        {
            var (ride, rating) = (context.Saga, context.Message);
            ride.RiderStars = rating.Stars;
            ride.RiderRatingComment = ride.Kept(rating.Comment);
            ride.RiderRatedAt = ride.NotBefore(rating.At);
            return ride.Rated(Initiator.Driver, rating.Stars, rating.Comment, ride.RiderRatedAt.Value);
        });

    static RideRatedV2 Rated(this Ride ride, string by, int stars, string? comment, DateTimeOffset at) =>
        new(ride.CorrelationId, ride.RiderId, ride.DriverId!, stars, comment, at, by);

    // As the event log does if the rider was forgotten meanwhile.
    static string? Kept(this Ride ride, string? comment) =>
        comment is not null && ride.Pickup == Place.Redacted ? PersonalDataAttribute.Redacted : comment;

    /// <summary>Fails if a payment names another rider than the ride's. It is neither recorded nor silently dropped.</summary>
    public static EventActivityBinder<Ride, T> OfItsRider<T>(
        this EventActivityBinder<Ride, T> binder,
        Func<T, string> riderId
    )
        where T : class =>
        binder.Then(context =>
        {
            if (riderId(context.Message) is var rider && rider != context.Saga.RiderId)
                throw new UnacceptableMessageException(
                    $"Ride {context.Saga.CorrelationId} belongs to rider {context.Saga.RiderId}, not to rider {rider}."
                );
        });

    /// <summary>
    /// Records the first amount and ignores later ones: the price of a ride is final, however often its event arrives.
    /// </summary>
    public static EventActivityBinder<Ride, T> RecordAmountDue<T>(
        this EventActivityBinder<Ride, T> binder,
        Func<T, Money> amount
    )
        where T : class =>
        binder.Then(context =>
        {
            var ride = context.Saga;
            ride.Fare ??= amount(context.Message);
            if (ride.Fare.Amount > 0)
                ride.RecordPayment(PaymentStatus.Pending, ride.Fare);
            else
                ride.ReleaseAuthorization();
        });

    public static EventActivityBinder<Ride, T> RecordPayment<T>(
        this EventActivityBinder<Ride, T> binder,
        PaymentStatus status,
        Func<T, Money> amount
    )
        where T : class => binder.Then(context => context.Saga.RecordPayment(status, amount(context.Message)));

    /// <summary>Creates the event that is published when the rider cancels.</summary>
    public static RideCancelled CancelledByRider(this Ride ride, string reason, DateTimeOffset at, RideTimes times) =>
        ride.Cancelled(Initiator.Rider, reason, ride.NotBefore(at), times);

    static RideCancelled Cancel(this Ride ride, RideCancelled cancelled)
    {
        ride.CancelledAt = ride.MoveTo(cancelled.At);
        ride.CancelledBy = cancelled.By;
        ride.CancellationReason = cancelled.Reason;
        ride.EndActivity();
        return cancelled;
    }

    static RideCancelled Cancelled(this Ride ride, string by, string reason, DateTimeOffset at, RideTimes times) =>
        new(
            ride.CorrelationId,
            ride.RiderId,
            by,
            ride.Is().InApi(),
            reason,
            ride.DriverId,
            ride.OfferId,
            ride.VehicleClass,
            ride.PaymentMethodId,
            ride.AssignedAt is { } assigned ? SecondsBegun(assigned, at) : null,
            (int)times.FreeCancellation.TotalSeconds,
            at
        );

    static void EndActivity(this Ride ride)
    {
        ride.ActiveRiderId = null;
        ride.ActiveDriverId = null;
    }

    static void RecordPayment(this Ride ride, PaymentStatus status, Money amount)
    {
        if (status <= ride.PaymentStatus)
            return;
        ride.PaymentStatus = status;
        ride.PaymentAmount = amount;
    }

    /// <summary>Records that nothing is reserved on the card any more, because nothing is due.</summary>
    static void ReleaseAuthorization(this Ride ride)
    {
        if (ride.PaymentStatus != PaymentStatus.Authorized)
            return;
        ride.PaymentStatus = PaymentStatus.None;
        ride.PaymentAmount = null;
    }

    /// <summary>Sets the time of the ride's last change, never to an earlier one.</summary>
    static DateTimeOffset MoveTo(this Ride ride, DateTimeOffset at) => ride.ChangedAt = ride.NotBefore(at);

    static DateTimeOffset NotBefore(this Ride ride, DateTimeOffset at) =>
        at.ToUniversalTime() is var utc && utc > ride.ChangedAt ? utc : ride.ChangedAt;

    // "Free until" includes that very instant and nothing after it.
    static int SecondsBegun(DateTimeOffset from, DateTimeOffset to) => (int)Math.Ceiling((to - from).TotalSeconds);

    static int Seconds(DateTimeOffset from, DateTimeOffset to) => (int)(to - from).TotalSeconds;
}
