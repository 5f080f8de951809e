using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Contracts;
using RideBooking.Platform.Messaging;
using RideBooking.Rides;
using RideBooking.Testing;

namespace RideBooking.Tests.Rides;

/// <summary>The state machine and a driver nine kilometres from the pickup.</summary>
public sealed class When_a_report_cannot_be_true : RideLab
{
    static DriverFix NineKilometersAway(int seconds) => new(Pickup.Lat + 0.081, Pickup.Lng, T0.AddSeconds(seconds - 1));

    [Fact]
    public async Task It_is_accepted_and_flagged_on_the_ride_and_in_the_log()
    {
        await Given(RideStatus.DriverAssigned);
        (await Send(Arrived() with { Position = NineKilometersAway(100) })).ShouldBeTrue();
        (await Send(Started(seconds: 101) with { Position = NineKilometersAway(101) })).ShouldBeTrue();
        (await Send(Completed(seconds: 102) with { DistanceMeters = 0 })).ShouldBeTrue();

        var ride = await Ride();
        ride.Status.ShouldBe("Completed");
        string[] codes = ["arrivedFarFromPickup", "startedFarFromPickup", "completedTooSoon", "distanceTooShort"];
        ride.Flags.Select(flag => flag.Code).ShouldBe(codes);
        ride.FlaggedAt.ShouldBe(T0.AddSeconds(100));
        var events = Published<RideNeedsAttention>();
        events.Select(e => e.Kind).ShouldBe(codes);
        events.Select(e => e.Reason).ShouldBe(ride.Flags.Select(flag => flag.Reason));
        events.ShouldAllBe(e => e.RideId == RideId && e.DriverId == Anna);
    }

    [Fact]
    public async Task A_ride_that_goes_well_has_no_flags()
    {
        await Given(RideStatus.Completed);
        var ride = await Ride();
        (ride.Flags.Count, ride.FlaggedAt).ShouldBe((0, null));
        Published<RideNeedsAttention>().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_repeat_is_flagged_once()
    {
        await Given(RideStatus.DriverAssigned);
        var (report, id) = (Arrived() with { Position = NineKilometersAway(100) }, Guid.CreateVersion7());
        (await Send(report, id)).ShouldBeTrue();
        await Send(report, id);
        await Send(report);
        (await Ride()).Flags.Count.ShouldBe(1);
        Published<RideNeedsAttention>().Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_no_show_far_from_the_pickup_is_refused()
    {
        await Given(RideStatus.DriverAssigned);
        (await Send(Arrived() with { Position = NineKilometersAway(100) })).ShouldBeTrue();
        (await Send(NoShow(seconds: 500))).ShouldBeFalse();
        Refusal!.Code.ShouldBe("not_at_pickup");
        (await Status()).ShouldBe("DriverArrived");
        Published<RideCancelled>().ShouldBeEmpty();
    }

    [Fact]
    public async Task The_evidence_of_an_arrival_is_not_the_next_drivers()
    {
        await Given(RideStatus.DriverArrived);
        (await Ride()).ArrivalMeters.ShouldBe(0);
        (await Send(Released(seconds: 120))).ShouldBeTrue();
        await Send(Assigned(Bela, seconds: 130));
        (await Send(new ArriveAtPickup(RideId, Bela, T0.AddSeconds(300)))).ShouldBeTrue();
        (await Send(NoShow(Bela, seconds: 700))).ShouldBeFalse();
        Refusal!.Code.ShouldBe("position_not_fresh");
    }

    [Fact]
    public async Task A_setting_makes_it_a_refusal()
    {
        await using var strict = new SagaLab(lab =>
            lab.Saga<RideStateMachine, Ride>()
                .StartAt(T0)
                .Services(services =>
                    services
                        .AddSingleton(Times)
                        .AddSingleton(Plausibility with { RefuseImplausible = true })
                        .AddSingleton(Rules)
                )
        );
        await strict
            .Given(Requested(), Assigned())
            .When(Arrived() with { Position = NineKilometersAway(100) })
            .Then(Expect.Saga<Ride>(RideId).Is("DriverAssigned"))
            .When(Arrived(seconds: 110))
            .ThenAmongOthers(Expect.Saga<Ride>(RideId).Is("DriverArrived"))
            .When(Started(seconds: 120) with { Position = NineKilometersAway(120) })
            .Then(Expect.Saga<Ride>(RideId).Is("DriverArrived"))
            .When(Started(seconds: 130), Completed(seconds: 131))
            .ThenAmongOthers(Expect.Saga<Ride>(RideId).Is("InProgress"))
            .When(Completed())
            .ThenAmongOthers(Expect.Saga<Ride>(RideId).Is("Completed"))
            .Run(Stop);

        var (run, outcome) = (strict.Start(), new CommandOutcome());
        await run.Deliver(Requested(), cancellationToken: Stop);
        await run.Deliver(Assigned(), cancellationToken: Stop);
        await run.DeliverWith(outcome, Arrived() with { Position = NineKilometersAway(100) }, cancellationToken: Stop);
        (outcome.Accepted, outcome.Refusal!.Code).ShouldBe((false, "implausible_report"));
        var flag = ((IReadOnlyList<RideFlag>)outcome.Refusal.Extensions.Single().Value!).ShouldHaveSingleItem();
        (flag.Code, flag.Reason).ShouldBe(("arrivedFarFromPickup", outcome.Refusal.Detail));
    }
}
