using System.Runtime.ExceptionServices;
using System.Text.Json;
using MassTransit;
using MassTransit.Serialization;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.Platform.Messaging;
using RideBooking.Rides;
using RideBooking.Testing;
using RideBooking.TestKit.Contracts;
using RideBooking.TestKit.Scenarios;

namespace RideBooking.Tests.Rides;

/// <summary>
/// The real state machine in the saga lab. A message has been handled when the call returns; an event that the machine refuses
/// in a state throws.
/// </summary>
/// <remarks>
/// Not a <see cref="ModuleLab"/>: the machine needs no database, and thousands of runs of it share one saga lab.
/// </remarks>
public abstract class RideLab
{
    internal static readonly RideTimes Times = RideAndPaymentScenarios.Times;

    internal static readonly Plausibility Plausibility = RideAndPaymentScenarios.Plausibility;

    internal static readonly RideRules Rules = RideAndPaymentScenarios.Rules;

    protected static readonly DateTimeOffset T0 = new(2026, 1, 10, 10, 0, 0, TimeSpan.Zero);
    protected static readonly Place Pickup = Samples.Alexanderplatz;
    protected static readonly Place Dropoff = Samples.Zoo;
    protected const string Rider = "rider-1";
    protected const string Anna = "driver-anna";
    protected const string Bela = "driver-bela";

    readonly LabRun _run = Rides.Start();
    readonly List<object> _events = [];
    int _published;

    /// <summary>The lab shared by all tests: each has its own run in it.</summary>
    protected static SagaLab Rides { get; } = NewLab();

    /// <summary>Creates an unused lab.</summary>
    private protected static SagaLab NewLab(RideRules? rules = null) =>
        new(lab =>
            lab.Saga<RideStateMachine, Ride>()
                .StartAt(T0)
                .Services(services =>
                    services.AddSingleton(Times).AddSingleton(Plausibility).AddSingleton(rules ?? Rules)
                )
                .Outbox(OutboxKind.Transactional)
                .Redelivery(again => again.Interval(3, TimeSpan.FromMinutes(1)))
        );

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected Guid RideId { get; } = Guid.CreateVersion7();

    protected Guid AnnasOffer { get; } = Guid.CreateVersion7();

    protected Guid BelasOffer { get; } = Guid.CreateVersion7();

    /// <summary>Why the state machine refused the last message, beyond the state.</summary>
    protected Refusal? Refusal { get; private set; }

    /// <summary>
    /// Sends a message to the state machine and returns true if it was accepted. Checks that the events then describe the ride.
    /// </summary>
    protected async Task<bool> Send<T>(T message, Guid? messageId = null)
        where T : class
    {
        var (outcome, before) = (new CommandOutcome(), _run.Observations.Count);
        await _run.DeliverWith(outcome, message, messageId, Stop);
        if (_run.Observations.Skip(before).FirstOrDefault(it => it.Exception is not null) is { } failure)
            ExceptionDispatchInfo.Throw(failure.Exception!);
        Refusal = outcome.Refusal;

        // Another module's event is in the log before the machine receives it; the machine's events follow.
        if (IsEvent(message) && !_events.Any(it => IsSame(it, message)))
            _events.Add(message);
        _events.AddRange(AllPublished.Skip(_published).Where(IsEvent));
        _published = AllPublished.Count;
        await EventsDescribeTheRide();
        return outcome.Accepted;

        static bool IsEvent(object message) => EventCatalogue.Published.All.Any(it => it.Type == message.GetType());
    }

    // An offer is accepted once, however often its event arrives.
    static bool IsSame(object one, object other) =>
        one is DriverAssigned { OfferId: var offer } && other is DriverAssigned assigned
            ? offer == assigned.OfferId
            : one.Equals(other);

    async Task EventsDescribeTheRide()
    {
        if (await Ride() is { } ride)
            CompareRide
                .Changes(RideState.Of(_events.Select(Logged)).Ride, RideView.Of(ride), JsonSerializerOptions.Web)
                .ShouldBeEmpty();

        static LoggedEvent Logged(object happened) =>
            new()
            {
                EventType = EventCatalogue.Published.Find(happened.GetType())!.Name,
                Version = EventCatalogue.Published.Find(happened.GetType())!.Version,
                Payload = JsonSerializer.Serialize(
                    happened,
                    happened.GetType(),
                    SystemTextJsonMessageSerializer.Options
                ),
            };
    }

    internal Task<Ride> Ride() => Task.FromResult(_run.Saga<Ride>(RideId)!);

    protected async Task<string> Status() => (await Ride()).Status;

    /// <summary>All messages the state machine published, in order.</summary>
    protected IReadOnlyList<object> AllPublished => _run.Published<object>();

    /// <summary>The messages of a type the state machine published, in order.</summary>
    protected IReadOnlyList<T> Published<T>()
        where T : class => _run.Published<T>();

    /// <summary>The scheduled and the cancelled timers, by token.</summary>
    protected IReadOnlyList<Observation> TimersSet => Observed(ObservationKind.Scheduled);

    protected IReadOnlyList<Guid> TimersCancelled =>
        [.. Observed(ObservationKind.Cancelled).Select(cancelled => cancelled.Token!.Value)];

    List<Observation> Observed(ObservationKind kind) => [.. _run.Observations.Where(it => it.Kind == kind)];

    internal RequestRide Requested(string rider = Rider) =>
        new(RideId, rider, Pickup, Dropoff, "standard", null, null, null, null, T0);

    /// <summary>A ride that is booked for an hour later, whose search starts three quarters of an hour later.</summary>
    internal RequestRide Booked() => Requested() with { PickupAt = T0.AddHours(1), SearchAt = T0.AddMinutes(45) };

    internal SearchStartDue SearchStart(int search = 0) => new(RideId, search);

    protected Task Passes(TimeSpan time) => _run.Passes(time, Stop);

    protected DriverAssigned Assigned(string driver = Anna, Guid? offer = null, int seconds = 10) =>
        Events.DriverAssigned(
            RideId,
            T0.AddSeconds(seconds),
            Rider,
            driver,
            offer ?? (driver == Anna ? AnnasOffer : BelasOffer)
        );

    internal SearchDeadlinePassed Deadline(int search = 1) => new(RideId, search);

    internal CancelRide Cancelled(int seconds = 60, string rider = Rider) =>
        new(RideId, rider, "changed my mind", T0.AddSeconds(seconds));

    internal ArriveAtPickup Arrived(string driver = Anna, int seconds = 100) =>
        new(RideId, driver, T0.AddSeconds(seconds), AtPickup(seconds));

    internal StartRide Started(string driver = Anna, int seconds = 250) => new(RideId, driver, T0.AddSeconds(seconds));

    internal CompleteRide Completed(string driver = Anna, int seconds = 1000) =>
        new(RideId, driver, 6100, Samples.Euro(1.5m), T0.AddSeconds(seconds));

    internal ReleaseRide Released(string driver = Anna, int seconds = 60) =>
        new(RideId, driver, "flat tyre", T0.AddSeconds(seconds));

    internal ReportNoShow NoShow(string driver = Anna, int seconds = 400) =>
        new(RideId, driver, T0.AddSeconds(seconds), AtPickup(seconds));

    /// <summary>Accepts the quote of a change to the Gendarmenmarkt, for 9.90 euros.</summary>
    internal ChangeDestination Redirected(
        int number = 1,
        int seconds = 300,
        Guid? quote = null,
        IReadOnlyList<Place>? stops = null
    ) =>
        new(
            RideId,
            Rider,
            number,
            Samples.Gendarmenmarkt,
            stops,
            quote ?? ChangeQuote,
            new TripTerms("berlin", 120, Samples.Euro(9.9m), 2400, 500),
            T0.AddSeconds(seconds)
        );

    /// <summary>The quote of the first change.</summary>
    protected Guid ChangeQuote { get; } = Guid.CreateVersion7();

    internal ForceComplete ForcedComplete(int seconds = 90_000) =>
        new(RideId, "the driver is unavailable", null, 900, T0.AddSeconds(seconds));

    internal ForceCancel ForcedCancel(int seconds = 90_000) =>
        new(RideId, "the driver is unavailable", T0.AddSeconds(seconds));

    internal ReassignRide Reassigned(int seconds = 60) => new(RideId, "the driver is lost", T0.AddSeconds(seconds));

    internal RecordWrongPin WrongPin(string driver = Anna, int seconds = 200) =>
        new(RideId, driver, T0.AddSeconds(seconds));

    internal EndRide EndedByRider(int seconds = 90_000, string rider = Rider) =>
        new(RideId, rider, 900, T0.AddSeconds(seconds));

    internal RideBecameOverdue BecameOverdue() => new(RideId);

    internal DriverWentSilent WentSilent(string driver = Anna, int seconds = 250) =>
        new(RideId, driver, T0.AddSeconds(seconds));

    /// <summary>A position at the pickup, reported a second before.</summary>
    internal static DriverFix AtPickup(int seconds) => new(Pickup.Lat, Pickup.Lng, T0.AddSeconds(seconds - 1));

    internal RateRide Rated(int stars = 5, int seconds = 2000, string rider = Rider) =>
        new(RideId, rider, stars, "thanks", T0.AddSeconds(seconds));

    internal RateRider RatedByDriver(int stars = 4, int seconds = 2000, string driver = Anna) =>
        new(RideId, driver, stars, "polite", T0.AddSeconds(seconds));

    protected FareFinalized Fare(decimal amount = 12.4m) =>
        Events.FareFinalized(RideId, T0.AddSeconds(1001), Samples.Euro(amount), Rider, Anna);

    protected CancellationFeeAssessedV2 Fee(decimal amount) =>
        Events.CancellationFeeAssessed(RideId, T0.AddSeconds(401), Samples.Euro(amount), Rider, Anna);

    protected PaymentCaptured Captured(decimal amount = 12.4m) =>
        new(RideId, Rider, Guid.CreateVersion7(), Samples.Euro(amount), 1, T0.AddSeconds(1002));

    protected PaymentAuthorized Authorized() =>
        new(RideId, Rider, Guid.CreateVersion7(), Samples.Euro(12.4m), T0.AddSeconds(11));

    protected PaymentRefunded Refunded(decimal total = 12.4m) =>
        new(
            RideId,
            Rider,
            Guid.CreateVersion7(),
            Guid.CreateVersion7(),
            1,
            Samples.Euro(total),
            [],
            Samples.Euro(12.4m),
            Samples.Euro(total),
            RefundReason.Goodwill,
            DriverBears: true,
            T0.AddSeconds(1005)
        );

    protected PaymentFailed Failed(bool willRetry, int attempt = 1) =>
        new(
            RideId,
            Rider,
            Guid.CreateVersion7(),
            Samples.Euro(12.4m),
            attempt,
            "card_declined",
            willRetry,
            null,
            T0.AddSeconds(1002)
        );

    protected BalanceOutstanding Outstanding() => new(RideId, Rider, Samples.Euro(12.4m), T0.AddSeconds(1003));

    protected BalanceSettled Settled() =>
        new(RideId, Rider, Guid.CreateVersion7(), Samples.Euro(12.4m), T0.AddSeconds(1004));

    protected BalanceWrittenOff WrittenOff() =>
        new(RideId, Rider, Guid.CreateVersion7(), Samples.Euro(12.4m), "op", "goodwill", T0.AddSeconds(1005));

    /// <summary>Brings a new ride to a status by its normal path.</summary>
    internal async Task Given(RideStatus status)
    {
        (await Send(Requested())).ShouldBeTrue();
        if (status is RideStatus.NoDriverFound)
            await Send(Deadline());
        if (status is RideStatus.Cancelled)
            await Send(Cancelled());
        if (status is RideStatus.Requested or RideStatus.NoDriverFound or RideStatus.Cancelled)
            return;

        await Send(Assigned());
        if (status is RideStatus.DriverAssigned)
            return;
        (await Send(Arrived())).ShouldBeTrue();
        if (status is RideStatus.DriverArrived)
            return;
        (await Send(Started())).ShouldBeTrue();
        if (status is RideStatus.InProgress)
            return;
        (await Send(Completed())).ShouldBeTrue();
    }
}
