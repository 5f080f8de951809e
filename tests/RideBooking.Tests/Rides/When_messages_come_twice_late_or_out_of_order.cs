using MassTransit;
using RideBooking.Contracts;
using RideBooking.Rides;
using RideBooking.TestKit.Contracts;

namespace RideBooking.Tests.Rides;

public sealed class When_messages_come_twice_late_or_out_of_order : RideLab
{
    public static TheoryData<string> Seated => ["DriverAssigned", "DriverArrived", "InProgress", "Completed"];

    [Theory]
    [MemberData(nameof(Seated))]
    public async Task The_same_assignment_again_changes_nothing(string status)
    {
        await Given(Enum.Parse<RideStatus>(status));
        await Send(Assigned());
        (await Status()).ShouldBe(status);
        Published<DriverUnassigned>().ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Seated))]
    public async Task A_second_driver_learns_that_the_ride_is_taken(string status)
    {
        await Given(Enum.Parse<RideStatus>(status));
        await Send(Assigned(Bela, seconds: 5000));

        (await Ride()).DriverId.ShouldBe(Anna);
        (await Status()).ShouldBe(status);
        Published<DriverUnassigned>()
            .ShouldBe([
                new DriverUnassigned(
                    RideId,
                    Rider,
                    Bela,
                    BelasOffer,
                    "system",
                    status == "Completed" ? UnassignReason.RideEnded : UnassignReason.RideTaken,
                    SearchAgain: false,
                    T0.AddSeconds(5000)
                ),
            ]);
    }

    [Theory]
    [InlineData("Cancelled")]
    [InlineData("NoDriverFound")]
    public async Task A_driver_who_comes_after_the_ride_has_ended_is_freed_with_one_event(string status)
    {
        await Given(Enum.Parse<RideStatus>(status));
        await Send(Assigned());
        await Send(Assigned());

        (await Status()).ShouldBe(status);
        (await Ride()).DriverId.ShouldBeNull();
        var freed = Published<DriverUnassigned>().ShouldHaveSingleItem();
        (freed.DriverId, freed.By, freed.SearchAgain).ShouldBe((Anna, "system", false));
    }

    [Fact]
    public async Task The_driver_of_a_cancelled_ride_is_freed_by_the_cancellation_alone()
    {
        await Given(RideStatus.DriverAssigned);
        await Send(Cancelled());
        await Send(Assigned());
        Published<DriverUnassigned>().ShouldBeEmpty();
    }

    [Fact]
    public async Task An_assignment_that_was_released_does_not_come_back()
    {
        await Given(RideStatus.DriverAssigned);
        await Send(Released());
        await Send(Assigned());
        (await Status()).ShouldBe("Requested");

        await Send(Assigned(Bela));
        await Send(Assigned());
        (await Ride()).DriverId.ShouldBe(Bela);
        Published<DriverUnassigned>().Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_deadline_of_an_earlier_search_does_not_end_a_later_one()
    {
        await Given(RideStatus.DriverAssigned);
        await Send(Released());
        await Send(Deadline(search: 1));
        (await Status()).ShouldBe("Requested");
        await Send(Deadline(search: 2));
        (await Status()).ShouldBe("NoDriverFound");
        await Send(Deadline(search: 2));
        Published<NoDriverFound>().Count.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Seated))]
    public async Task A_deadline_after_the_assignment_changes_nothing(string status)
    {
        await Given(Enum.Parse<RideStatus>(status));
        await Send(Deadline());
        (await Status()).ShouldBe(status);
    }

    [Fact]
    public async Task A_deadline_of_no_ride_is_dropped() => (await Send(Deadline())).ShouldBeFalse();

    [Fact]
    public async Task An_event_of_an_unknown_ride_fails_so_that_it_is_redelivered()
    {
        await Should.ThrowAsync<SagaException>(() => Send(Assigned()));
        await Should.ThrowAsync<SagaException>(() => Send(Captured()));
    }

    [Fact]
    public async Task The_payment_is_known_before_the_fare()
    {
        await Given(RideStatus.Completed);
        await Send(Captured());
        await Send(Fare());
        var ride = await Ride();
        (ride.Fare, ride.PaymentStatus, ride.PaymentAmount).ShouldBe(
            (Samples.Euro(12.4m), PaymentStatus.Captured, Samples.Euro(12.4m))
        );
    }

    [Fact]
    public async Task A_fare_is_final()
    {
        await Given(RideStatus.Completed);
        await Send(Fare(12.4m));
        await Send(Fare(99m));
        var ride = await Ride();
        (ride.Fare, ride.PaymentAmount).ShouldBe((Samples.Euro(12.4m), Samples.Euro(12.4m)));
    }

    [Fact]
    public async Task A_payment_that_failed_is_retried_then_owed_then_settled()
    {
        await Given(RideStatus.Completed);
        await Send(Fare());
        await Send(Failed(willRetry: true));
        (await Ride()).PaymentStatus.ShouldBe(PaymentStatus.Retrying);
        await Send(Failed(willRetry: false, attempt: 2));
        (await Ride()).PaymentStatus.ShouldBe(PaymentStatus.Outstanding);
        await Send(Outstanding());
        (await Ride()).PaymentStatus.ShouldBe(PaymentStatus.Outstanding);
        await Send(Settled());
        (await Ride()).PaymentStatus.ShouldBe(PaymentStatus.Captured);
    }

    [Fact]
    public async Task An_old_event_of_a_payment_does_not_undo_the_capture()
    {
        await Given(RideStatus.Completed);
        await Send(Settled());
        await Send(Outstanding());
        await Send(Failed(willRetry: false));
        await Send(Failed(willRetry: true));
        await Send(Fare());
        (await Ride()).PaymentStatus.ShouldBe(PaymentStatus.Captured);
    }

    [Fact]
    public async Task A_step_is_never_earlier_than_the_one_before_whatever_the_clocks_say()
    {
        await Given(RideStatus.DriverArrived); // arrived 100 s after T0
        await Send(Started(seconds: -3600));
        await Send(Completed(seconds: -3000));

        Published<RideStarted>()
            .ShouldHaveSingleItem()
            .ShouldSatisfyAllConditions(
                started => started.At.ShouldBe(T0.AddSeconds(100)),
                started => started.WaitSeconds.ShouldBe(0)
            );
        Published<RideCompleted>()
            .ShouldHaveSingleItem()
            .ShouldSatisfyAllConditions(
                completed => completed.At.ShouldBe(T0.AddSeconds(100)),
                completed => completed.DurationSeconds.ShouldBe(0)
            );
    }
}
