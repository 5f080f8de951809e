using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Contracts;
using RideBooking.Payments;
using RideBooking.Payments.Balance;
using RideBooking.Rides;
using RideBooking.Testing;
using RideBooking.TestKit.Contracts;
using static RideBooking.Testing.Expect;
using static RideBooking.Testing.Step;

namespace RideBooking.TestKit.Scenarios;

/// <summary>
/// Scenarios of a ride and its payment that must behave the same in the lab and on a running bus: the same instances,
/// messages, timers and failures after each step.
/// </summary>
public abstract class RideAndPaymentScenarios
{
    internal static readonly RideTimes Times = new(
        SearchDeadline: TimeSpan.FromMinutes(3),
        FreeCancellation: TimeSpan.FromMinutes(2),
        FreeWait: TimeSpan.FromMinutes(2),
        NoShowAfter: TimeSpan.FromMinutes(5)
    );

    internal static readonly Plausibility Plausibility = new(
        PickupRadiusMeters: 300,
        DropoffRadiusMeters: 300,
        PositionMaxAge: TimeSpan.FromMinutes(2),
        MaxSpeedKmh: 150,
        RefuseImplausible: false,
        new Geofences(Geofence.Off, Geofence.Off, Geofence.Off)
    );

    internal static readonly RideRules Rules = new(
        MaxReassignments: 3,
        RequireStartPin: false,
        OverdueAfter: TimeSpan.FromHours(4),
        SilentAfter: TimeSpan.FromMinutes(30),
        RiderMayEndAfter: TimeSpan.FromMinutes(30)
    );

    internal static readonly PaymentOptions Options = new(
        [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10)],
        null,
        TimeSpan.FromMinutes(15)
    );

    // Years away from today, so that the lab can tell its clock from the system's.
    static readonly DateTimeOffset s_start = new(2031, 1, 10, 10, 0, 0, TimeSpan.Zero);

    static readonly SagaLab s_lab = new(lab =>
        lab.Saga<RideStateMachine, Ride>()
            .Saga<PaymentStateMachine, Payment>()
            .StartAt(s_start)
            .Services(services =>
                services.AddSingleton(Times).AddSingleton(Plausibility).AddSingleton(Rules).AddSingleton(Options)
            )
            .Outbox(OutboxKind.Transactional)
            .Redelivery(again => again.Interval(3, TimeSpan.FromMinutes(1)))
    );

    readonly Guid _ride = Guid.CreateVersion7();
    readonly Guid _offer = Guid.CreateVersion7();
    readonly string _rider = $"rider-{Guid.CreateVersion7()}";
    readonly string _anna = $"anna-{Guid.CreateVersion7()}";

    /// <summary>The bus on which the scenarios must end as in the lab.</summary>
    public abstract ScenarioBus Bus { get; }

    RequestRide Requested =>
        new(_ride, _rider, Samples.Alexanderplatz, Samples.Zoo, "standard", null, null, null, null, s_start);

    DriverAssigned Assigned => Events.DriverAssigned(_ride, At(10), _rider, _anna, _offer, "Anna");

    ArriveAtPickup Arrived => new(_ride, _anna, At(100), AtPickup(100));

    StartRide Started => new(_ride, _anna, At(250));

    CompleteRide Completed => new(_ride, _anna, 6100, Samples.Euro(1.5m), At(1000));

    ReleaseRide Released => new(_ride, _anna, "flat tyre", At(60));

    CancelRide Cancelled => new(_ride, _rider, "changed my mind", At(300));

    ReportNoShow NoShow(int seconds) => new(_ride, _anna, At(seconds), AtPickup(seconds));

    static DriverFix AtPickup(int seconds) =>
        new(Samples.Alexanderplatz.Lat, Samples.Alexanderplatz.Lng, At(seconds - 1));

    RateRide Rated => new(_ride, _rider, 5, "thanks", At(2000));

    FareFinalized Fare => Events.FareFinalized(_ride, At(1001), Samples.Euro(12.40m), _rider, _anna);

    ChargeSucceeded Charged(int attempt) => new(_ride, attempt);

    ChargeDeclined Declined(int attempt, bool mayRetry = true) => new(_ride, attempt, "card_declined", mayRetry);

    ChargeUnknown Unanswered(int attempt) => new(_ride, attempt, "timeout");

    object[] RideThatIsOver => [Requested, Assigned, Arrived, Started, Completed];

    static DateTimeOffset At(int seconds) => s_start.AddSeconds(seconds);

    [Fact]
    public Task A_ride_that_goes_well_is_paid_and_rated() =>
        s_lab
            .Given(RideThatIsOver)
            .When(Fare)
            .Then(Published<ChargeCard>().With(new { Attempt = 1 }), Saga<Payment>(_ride).Is("Charging"))
            .When(Charged(1))
            .Then(Published<PaymentCaptured>(), Saga<Payment>(_ride).Is("Captured"))
            .When(Rated, Rated)
            .Then(
                Published<RideRatedV2>(),
                Saga<Ride>(_ride).Where(ride => ride.PaymentStatus == PaymentStatus.Captured)
            )
            .SameOn(Bus);

    [Fact]
    public Task A_search_ends_at_its_deadline_and_a_later_driver_is_rejected_once() =>
        s_lab
            .Given(Requested)
            .When(Passes(Times.SearchDeadline))
            .Then(Published<NoDriverFound>(), Saga<Ride>(_ride).Is("NoDriverFound"))
            .When(Assigned, Assigned)
            .Then(Published<DriverUnassigned>().With(new { SearchAgain = false }))
            .SameOn(Bus);

    [Fact]
    public Task A_search_that_found_a_driver_has_no_deadline_any_more() =>
        s_lab
            .Given(Requested)
            .When(Assigned)
            .Then(Cancelled<SearchDeadlinePassed>(), Saga<Ride>(_ride).Is("DriverAssigned"))
            .When(Passes(TimeSpan.FromHours(1)))
            .ThenNothing()
            .SameOn(Bus);

    [Fact]
    public Task A_ride_that_its_driver_releases_is_searched_for_again() =>
        s_lab
            .Given(Requested, Assigned)
            .When(Released)
            .Then(Published<DriverUnassigned>().With(new { SearchAgain = true }), Scheduled<SearchDeadlinePassed>())
            .When(Passes(TimeSpan.FromMinutes(5)))
            .Then(Published<NoDriverFound>())
            .SameOn(Bus);

    [Fact]
    public Task What_the_broker_delivers_twice_happens_once() =>
        s_lab
            .Given(Requested, Twice(Assigned))
            .When(Twice(Arrived), Arrived, Twice(Started))
            .Then(
                Published<DriverArrived>(),
                Published<RideStarted>(),
                Scheduled<RideBecameOverdue>(),
                Saga<Ride>(_ride).Is("InProgress")
            )
            .SameOn(Bus);

    [Fact]
    public Task A_message_that_arrives_too_early_changes_nothing() =>
        s_lab
            .Given(Requested)
            .When(Started, Completed, NoShow(400), Rated)
            .Then(Saga<Ride>(_ride).Is("Requested"))
            .SameOn(Bus);

    [Fact]
    public Task A_ride_that_takes_too_long_is_flagged_once_and_then_ends_as_usual() =>
        s_lab
            .Given(Requested, Assigned, Arrived)
            .When(Started)
            .Then(
                Published<RideStarted>(),
                Scheduled<RideBecameOverdue>().In(Rules.OverdueAfter + At(250).Subtract(s_start))
            )
            .When(Passes(Rules.OverdueAfter + TimeSpan.FromMinutes(5)), new RideBecameOverdue(_ride))
            .Then(
                Published<RideNeedsAttention>().With(new { Kind = "rideOverdue" }),
                Saga<Ride>(_ride).Is("InProgress")
            )
            .When(new CompleteRide(_ride, _anna, 6100, null, At(15_000)))
            .Then(Published<RideCompleted>(), Saga<Ride>(_ride).Is("Completed"))
            .SameOn(Bus);

    [Fact]
    public Task A_ride_that_ends_in_time_is_not_overdue() =>
        s_lab
            .Given(RideThatIsOver)
            .When(Passes(TimeSpan.FromHours(5)), new RideBecameOverdue(_ride))
            .ThenNothing()
            .SameOn(Bus);

    [Fact]
    public Task A_message_before_its_ride_succeeds_when_redelivered() =>
        s_lab
            .When(Assigned, Requested, Passes(TimeSpan.FromMinutes(1)))
            .ThenAmongOthers(Published<RideRequested>(), Saga<Ride>(_ride).Is("DriverAssigned"))
            .SameOn(Bus);

    [Fact]
    public Task A_message_for_an_unknown_ride_fails_in_the_end() =>
        s_lab
            .When(Cancelled, PassesUntilNothingIsDue())
            .Then(Faulted<SagaException>(), Saga<Ride>(_ride).IsGone())
            .SameOn(Bus);

    [Fact]
    public Task A_rider_who_does_not_appear_is_a_no_show_after_the_waiting_time() =>
        s_lab
            .Given(Requested, Assigned, Arrived)
            .When(NoShow(399), NoShow(400), Cancelled)
            .Then(Published<RideCancelled>().With(new { By = "driver", Reason = "noShow" }))
            .SameOn(Bus);

    [Fact]
    public Task A_charge_that_is_declined_is_tried_again_after_a_minute_under_another_key() =>
        s_lab
            .Given([.. RideThatIsOver, Fare])
            .When(Declined(1))
            .Then(
                Published<PaymentFailed>().With(new { WillRetry = true }),
                Scheduled<RetryDue>().In(Options.RetryDelays[0])
            )
            .When(Passes(Options.RetryDelays[0]))
            .Then(Published<ChargeCard>().With(new { Attempt = 2, Key = $"ride/{_ride}/charge/2" }))
            .When(Declined(1), Charged(2), Charged(2))
            .Then(Published<PaymentCaptured>(), Saga<Payment>(_ride).Is("Captured"))
            .SameOn(Bus);

    [Fact]
    public Task A_gateway_that_never_answers_is_called_with_one_key_and_the_rider_pays_in_the_end() =>
        s_lab
            .Given([
                .. RideThatIsOver,
                Fare,
                Unanswered(1),
                Passes(Options.RetryDelays[0]),
                Unanswered(2),
                Passes(Options.RetryDelays[1]),
            ])
            .When(Unanswered(3))
            .Then(Published<PaymentFailed>().With(new { WillRetry = false }), Published<BalanceOutstanding>())
            .When(new PayNow(_ride, null), new PayNow(_ride, null))
            .Then(
                Published<ChargeCard>()
                    .With(
                        new
                        {
                            Attempt = 4,
                            Key = $"ride/{_ride}/charge/1",
                            Resolve = true,
                        }
                    )
            )
            .When(Twice(Charged(4)))
            .Then(Published<PaymentCaptured>(), Published<BalanceSettled>())
            .SameOn(Bus);

    [Fact]
    public Task A_rider_who_pays_before_the_next_attempt_cancels_its_timer() =>
        s_lab
            .Given([.. RideThatIsOver, Fare, Declined(1)])
            .When(new PayNow(_ride, Guid.CreateVersion7()))
            .Then(Cancelled<RetryDue>(), Published<ChargeCard>())
            .When(Charged(2), Passes(TimeSpan.FromHours(1)))
            .Then(Published<PaymentCaptured>())
            .SameOn(Bus);

    [Fact]
    public Task A_capture_for_an_unknown_payment_fails_in_the_end() =>
        s_lab.When(Charged(1), PassesUntilNothingIsDue()).Then(Faulted<SagaException>()).SameOn(Bus);
}
