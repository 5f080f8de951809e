using RideBooking.Contracts;

namespace RideBooking.Tests.Rides;

/// <summary>The driver is permanently unavailable, and an operator must end the ride.</summary>
public sealed class When_an_operator_ends_a_ride : RideLab
{
    [Fact]
    public async Task It_is_completed_with_the_estimated_time_at_most()
    {
        await Given(RideStatus.InProgress);
        (await Send(ForcedComplete())).ShouldBeTrue();

        var ride = await Ride();
        ride.Status.ShouldBe("Completed");
        (ride.ActiveRiderId, ride.ActiveDriverId, ride.DriverId).ShouldBe((null, null, Anna));
        (ride.CompletedBy, ride.CompletionReason).ShouldBe(("operator", "the driver is unavailable"));
        var completed = Published<RideCompleted>().ShouldHaveSingleItem();
        (completed.By, completed.DurationSeconds, completed.DistanceMeters).ShouldBe(("operator", 900, null));
        completed.DriverId.ShouldBe(Anna);
    }

    [Fact]
    public async Task A_ride_shorter_than_the_estimate_keeps_its_time()
    {
        await Given(RideStatus.InProgress);
        (await Send(ForcedComplete(seconds: 250 + 300) with { DistanceMeters = 6100 })).ShouldBeTrue();
        var completed = Published<RideCompleted>().ShouldHaveSingleItem();
        (completed.DurationSeconds, completed.DistanceMeters).ShouldBe((300, 6100));
    }

    [Theory]
    [InlineData("Requested", "requested")]
    [InlineData("DriverAssigned", "driverAssigned")]
    [InlineData("DriverArrived", "driverArrived")]
    [InlineData("InProgress", "inProgress")]
    public async Task It_is_cancelled_in_every_status_before_the_end(string status, string stage)
    {
        await Given(Enum.Parse<RideStatus>(status));
        (await Send(ForcedCancel())).ShouldBeTrue();

        var ride = await Ride();
        ride.Status.ShouldBe("Cancelled");
        (ride.ActiveRiderId, ride.ActiveDriverId).ShouldBe((null, null));
        var cancelled = Published<RideCancelled>().ShouldHaveSingleItem();
        (cancelled.By, cancelled.Stage, cancelled.Reason).ShouldBe(("operator", stage, "the driver is unavailable"));
        cancelled.DriverId.ShouldBe(status == "Requested" ? null : Anna);
        if (status == "Requested")
            TimersCancelled.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("Requested")]
    [InlineData("DriverAssigned")]
    [InlineData("DriverArrived")]
    [InlineData("Completed")]
    [InlineData("Cancelled")]
    [InlineData("NoDriverFound")]
    public async Task Only_a_ride_in_progress_is_completed(string status)
    {
        await Given(Enum.Parse<RideStatus>(status));
        (await Send(ForcedComplete())).ShouldBeFalse();
        (await Status()).ShouldBe(status);
    }

    [Theory]
    [InlineData("Completed")]
    [InlineData("Cancelled")]
    [InlineData("NoDriverFound")]
    public async Task A_ride_that_has_ended_is_not_cancelled(string status)
    {
        await Given(Enum.Parse<RideStatus>(status));
        (await Send(ForcedCancel())).ShouldBeFalse();
        (await Status()).ShouldBe(status);
    }

    [Fact]
    public async Task Again_it_has_no_effect()
    {
        await Given(RideStatus.InProgress);
        (await Send(ForcedComplete())).ShouldBeTrue();
        (await Send(ForcedComplete(seconds: 91_000))).ShouldBeTrue();
        (await Send(ForcedCancel(seconds: 91_000))).ShouldBeFalse();
        Published<RideCompleted>().Count.ShouldBe(1);
        Published<RideCancelled>().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_driver_who_returns_finds_it_ended()
    {
        await Given(RideStatus.InProgress);
        (await Send(ForcedCancel())).ShouldBeTrue();
        (await Send(Completed(seconds: 91_000))).ShouldBeFalse();
        Published<RideCompleted>().ShouldBeEmpty();
    }
}
