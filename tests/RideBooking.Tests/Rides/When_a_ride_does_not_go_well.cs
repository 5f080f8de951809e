using Microsoft.Extensions.Configuration;
using RideBooking.Contracts;
using RideBooking.Rides;
using RideBooking.TestKit.Contracts;

namespace RideBooking.Tests.Rides;

public sealed class When_a_ride_does_not_go_well : RideLab
{
    [Fact]
    public async Task Ends_without_a_driver_at_the_deadline()
    {
        await Given(RideStatus.Requested);
        await Send(Deadline());

        var ride = await Ride();
        ride.Status.ShouldBe("NoDriverFound");
        ride.ActiveRiderId.ShouldBeNull();
        ride.NoDriverFoundAt.ShouldBe(ride.ChangedAt);
        var ended = Published<NoDriverFound>().ShouldHaveSingleItem();
        ended.At.ShouldBeGreaterThanOrEqualTo(T0 + Times.SearchDeadline);
        ended.SearchSeconds.ShouldBeGreaterThanOrEqualTo(180);
    }

    [Fact]
    public async Task Is_cancelled_before_a_driver_is_found()
    {
        await Given(RideStatus.Requested);
        var timer = (await Ride()).SearchDeadlineTokenId!.Value;
        (await Send(Cancelled(seconds: 60))).ShouldBeTrue();

        (await Status()).ShouldBe("Cancelled");
        (await Ride()).ActiveRiderId.ShouldBeNull();
        TimersCancelled.ShouldBe([timer]);
        Published<RideCancelled>()
            .ShouldBe([
                new RideCancelled(
                    RideId,
                    Rider,
                    "rider",
                    "requested",
                    "changed my mind",
                    null,
                    null,
                    "standard",
                    null,
                    null,
                    120,
                    T0.AddSeconds(60)
                ),
            ]);
    }

    [Theory]
    [InlineData("DriverAssigned", "driverAssigned")]
    [InlineData("DriverArrived", "driverArrived")]
    public async Task Is_cancelled_by_the_rider_when_it_has_a_driver(string status, string stage)
    {
        await Given(Enum.Parse<RideStatus>(status));
        (await Send(Cancelled(seconds: 200))).ShouldBeTrue();

        var ride = await Ride();
        ride.Status.ShouldBe("Cancelled");
        (ride.ActiveRiderId, ride.ActiveDriverId, ride.DriverId).ShouldBe((null, null, Anna));
        var cancelled = Published<RideCancelled>().ShouldHaveSingleItem();
        cancelled.Stage.ShouldBe(stage);
        cancelled.DriverId.ShouldBe(Anna);
        cancelled.OfferId.ShouldBe(AnnasOffer);
        cancelled.SinceAssignedSeconds.ShouldBe(190);
    }

    [Fact]
    public async Task Is_free_to_cancel_exactly_until_that_time()
    {
        await Given(RideStatus.DriverAssigned);
        var cancel = Cancelled(seconds: 10 + 120);
        (await Send(cancel with { At = cancel.At.AddMilliseconds(1) })).ShouldBeTrue();

        var cancelled = Published<RideCancelled>().ShouldHaveSingleItem();
        cancelled.SinceAssignedSeconds.ShouldBe(121);
        cancelled.FreeCancellationSeconds.ShouldBe(120);
    }

    [Fact]
    public void May_have_no_free_time_at_all()
    {
        var times = RideTimes.Read(
            new ConfigurationBuilder()
                .AddInMemoryCollection([
                    new("Rides:FreeCancellation", "00:00:00"),
                    new("Rides:FreeWait", "0"),
                    new("Rides:NoShowAfter", "00:00"),
                ])
                .Build()
        );

        (times.FreeCancellation, times.FreeWait, times.NoShowAfter).ShouldBe(default);
    }

    [Fact]
    public async Task Is_cancelled_again_without_effect()
    {
        await Given(RideStatus.Cancelled);
        (await Send(Cancelled())).ShouldBeTrue();
        Published<RideCancelled>().Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("InProgress")]
    [InlineData("Completed")]
    [InlineData("NoDriverFound")]
    public async Task Is_not_cancelled_once_it_has_started_or_ended(string status)
    {
        await Given(Enum.Parse<RideStatus>(status));
        (await Send(Cancelled())).ShouldBeFalse();
        Refusal.ShouldBeNull();
        (await Status()).ShouldBe(status);
    }

    [Fact]
    public async Task Is_a_no_show_when_the_rider_does_not_come_in_the_waiting_time()
    {
        await Given(RideStatus.DriverArrived);
        (await Send(NoShow(seconds: 399))).ShouldBeFalse();
        Refusal!.Code.ShouldBe("no_show_too_early");
        Refusal.Extensions.ShouldBe([("possibleAt", "2026-01-10T10:06:40Z")]);
        (await Status()).ShouldBe("DriverArrived");

        (await Send(NoShow(seconds: 400))).ShouldBeTrue();
        (await Status()).ShouldBe("Cancelled");
        var cancelled = Published<RideCancelled>().ShouldHaveSingleItem();
        (cancelled.By, cancelled.Reason, cancelled.Stage).ShouldBe(("driver", "noShow", "driverArrived"));
    }

    [Theory]
    [InlineData("DriverAssigned")]
    [InlineData("DriverArrived")]
    public async Task Goes_back_to_searching_when_the_driver_releases_it(string status)
    {
        await Given(Enum.Parse<RideStatus>(status));
        (await Send(Released(seconds: 120))).ShouldBeTrue();

        var ride = await Ride();
        ride.Status.ShouldBe("Requested");
        (ride.DriverId, ride.ActiveDriverId, ride.OfferId, ride.DriverVehicle).ShouldBe((null, null, null, null));
        (ride.AssignedAt, ride.ArrivedAt).ShouldBe((null, null));
        ride.ActiveRiderId.ShouldBe(Rider);
        Published<DriverUnassigned>()
            .ShouldBe([
                new DriverUnassigned(
                    RideId,
                    Rider,
                    Anna,
                    AnnasOffer,
                    "driver",
                    "flat tyre",
                    SearchAgain: true,
                    T0.AddSeconds(120)
                ),
            ]);
        TimersSet.Count.ShouldBe(2);
        TimersSet[1].Due.ShouldBe(T0.AddSeconds(120 + 180));
        ride.SearchDeadlineTokenId.ShouldBe(TimersSet[1].Token);
    }

    [Fact]
    public async Task Is_driven_by_the_second_driver_after_a_release()
    {
        await Given(RideStatus.DriverAssigned);
        await Send(Released());
        await Send(Assigned(Bela, seconds: 90));

        (await Send(Arrived(Anna))).ShouldBeFalse();
        (await Send(Arrived(Bela))).ShouldBeTrue();
        (await Send(Started(Bela))).ShouldBeTrue();
        (await Send(Completed(Bela))).ShouldBeTrue();
        Published<RideCompleted>().ShouldHaveSingleItem().DriverId.ShouldBe(Bela);
    }

    [Fact]
    public async Task Costs_a_fee_when_cancelled_late_which_is_paid_like_a_fare()
    {
        await Given(RideStatus.Cancelled);
        await Send(Fee(5m));
        var ride = await Ride();
        (ride.Fare, ride.PaymentStatus).ShouldBe((Samples.Euro(5m), PaymentStatus.Pending));
        await Send(Captured(5m));
        (await Ride()).PaymentStatus.ShouldBe(PaymentStatus.Captured);
    }

    [Fact]
    public async Task Costs_nothing_when_the_fee_is_waived()
    {
        await Given(RideStatus.Cancelled);
        await Send(Fee(0m));
        var ride = await Ride();
        (ride.Fare, ride.PaymentStatus).ShouldBe((Samples.Euro(0m), PaymentStatus.None));
    }

    [Fact]
    public async Task Is_not_commanded_by_another_driver_or_rider()
    {
        await Given(RideStatus.DriverAssigned);
        (await Send(Arrived(Bela))).ShouldBeFalse();
        (await Send(Released(Bela))).ShouldBeFalse();
        (await Send(Cancelled(rider: "rider-2"))).ShouldBeFalse();
        await Send(Arrived());
        (await Send(Started(Bela))).ShouldBeFalse();
        (await Send(NoShow(Bela))).ShouldBeFalse();
        await Send(Started());
        (await Send(Completed(Bela))).ShouldBeFalse();
        await Send(Completed());
        (await Send(Rated(rider: "rider-2"))).ShouldBeFalse();
        (await Status()).ShouldBe("Completed");
    }
}
