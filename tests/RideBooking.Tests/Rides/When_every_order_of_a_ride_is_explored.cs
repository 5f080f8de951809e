using RideBooking.Contracts;
using RideBooking.Rides;
using RideBooking.Testing;

namespace RideBooking.Tests.Rides;

/// <summary>Explores every order of a ride's messages, with duplicates, crashes and a deadline that may pass.</summary>
public sealed class When_every_order_of_a_ride_is_explored : RideLab
{
    static readonly string[] s_withDriver = ["DriverAssigned", "DriverArrived", "InProgress"];
    static readonly string[] s_ended = ["Completed", "Cancelled", "NoDriverFound"];

    void WhatMustHold(ExplorationSetup it) =>
        it.Always("begins once", world => world.Published<RideRequested>().Count <= 1)
            .Always(
                "ends once",
                world =>
                    world.Published<RideCompleted>().Count
                        + world.Published<RideCancelled>().Count
                        + world.Published<NoDriverFound>().Count
                    <= 1
            )
            .Always(
                "has a driver while it is in progress, and only then",
                world => Of(world) is not { } ride || ride.ActiveDriverId is null != s_withDriver.Contains(ride.Status)
            )
            .Always(
                "keeps its rider busy until it ends",
                world => Of(world) is not { } ride || ride.ActiveRiderId is null == s_ended.Contains(ride.Status)
            )
            .Always(
                "has a scheduled deadline while it searches",
                world =>
                    Of(world) is not { Status: "Requested" } ride
                    || world.Waiting<SearchDeadlinePassed>().Any(timer => timer.Message.Search == ride.Search)
                    || world.InFlight<SearchDeadlinePassed>().Any(passed => passed.Search == ride.Search)
            )
            .Always(
                "searches until its deadline",
                world =>
                    Of(world) is not { Status: "NoDriverFound" } ride
                    || world.Now >= ride.SearchStartedAt + Times.SearchDeadline
            )
            .Always(
                "frees a driver whom it does not assign",
                world => world.Published<DriverUnassigned>().GroupBy(it => it.OfferId).All(offer => offer.Count() == 1)
            );

    Ride? Of(LabView world) => world.Saga<Ride>(RideId);

    [Fact]
    public async Task A_completed_ride_is_consistent_with_any_duplicates_and_crashes()
    {
        object[] eight = [Requested(), Assigned(), Arrived(), Started(), Completed(), Fare(), Captured(), Rated()];
        var before = Environment.CpuUsage.TotalTime;
        var report = await Rides.Explore(
            it =>
            {
                it.Events(eight).Duplicates(1).Crashes(1);
                WhatMustHold(it);
            },
            Stop
        );
        var processor = Environment.CpuUsage.TotalTime - before;
        TestContext.Current.TestOutputHelper!.WriteLine($"{report} Processor: {processor.TotalSeconds:0.0} s");
        report.States.ShouldBeGreaterThan(10_000);
    }

    [Fact]
    public async Task Two_drivers_a_release_and_a_cancellation_leave_every_ride_consistent()
    {
        object[] events = [Assigned(), Assigned(Bela, seconds: 70), Released(), Cancelled(seconds: 80), Arrived()];
        var report = await Rides.Explore(
            it =>
            {
                it.Given(Requested()).Events(events).Duplicates(1).Crashes(1).TimersMayCrossTheirCancellation();
                WhatMustHold(it);
            },
            Stop
        );
        report.Ends.ShouldBeGreaterThan(5);
    }

    [Fact]
    public async Task A_booked_ride_is_searched_for_once_with_any_duplicates_and_crashes()
    {
        object[] events = [Assigned(seconds: 3000), Cancelled(seconds: 3100), Redirected()];
        var report = await Rides.Explore(
            it =>
            {
                it.Given(Booked()).Events(events).Duplicates(1).Crashes(1).TimersMayCrossTheirCancellation();
                it.Always("starts its search once", world => world.Published<RideSearchStarted>().Count <= 1)
                    .Always(
                        "has a timer until its search starts",
                        world =>
                            Of(world) is not { Status: "Requested", Search: 0 }
                            || world.Waiting<SearchStartDue>().Any()
                            || world.InFlight<SearchStartDue>().Any()
                    )
                    .Always(
                        "has a scheduled deadline while it searches",
                        world =>
                            Of(world) is not { Status: "Requested", Search: > 0 } ride
                            || world.Waiting<SearchDeadlinePassed>().Any(timer => timer.Message.Search == ride.Search)
                            || world.InFlight<SearchDeadlinePassed>().Any(passed => passed.Search == ride.Search)
                    );
            },
            Stop
        );
        report.Ends.ShouldBeGreaterThan(2);
    }

    [Fact]
    public async Task Every_event_is_tried_in_every_status()
    {
        await using var lab = NewLab();
        object[] all =
        [
            Requested(),
            Assigned(),
            Arrived(),
            Started(),
            Completed(),
            Released(),
            NoShow(),
            ForcedComplete(),
            ForcedCancel(),
            Reassigned(),
            WrongPin(),
            EndedByRider(),
            WentSilent(),
            Cancelled(),
            Rated(),
            Redirected(),
            RatedByDriver(),
            Fare(),
            Fee(5),
            Captured(),
            Failed(willRetry: true),
            Outstanding(),
            Settled(),
            WrittenOff(),
        ];
        // Reaches every status by its normal path, and then sends every event, each of them first.
        object[][] ways =
        [
            [],
            [Requested()],
            [Requested(), Assigned()],
            [Requested(), Assigned(), Arrived()],
            [Requested(), Assigned(), Arrived(), Started()],
            [Requested(), Assigned(), Arrived(), Started(), Completed()],
            [Requested(), Cancelled()],
            [Requested(), Step.Passes(Times.SearchDeadline)],
            [Booked()],
        ];
        foreach (var way in ways)
        foreach (var message in all.Concat([Deadline(), BecameOverdue(), SearchStart()]))
            await lab.Given(way).When(message).ThenAmongOthers().Run(Stop);
        lab.CoverageOf<Ride>().MustReach(percent: 100);
    }
}
