using RideBooking.Contracts;

namespace RideBooking.Tests.Rides;

/// <summary>One driver after the other releases the ride.</summary>
public sealed class When_drivers_release_a_ride_again_and_again : RideLab
{
    [Fact]
    public async Task Three_times_another_driver_is_searched_for_and_then_the_ride_ends()
    {
        await Given(RideStatus.Requested);
        for (var reassignment = 1; reassignment <= Rules.MaxReassignments; reassignment++)
        {
            await AssignedAndReleased(reassignment);
            (await Status()).ShouldBe("Requested");
        }
        await AssignedAndReleased(4);

        var ride = await Ride();
        (ride.Status, ride.DriverId, ride.ActiveDriverId, ride.ActiveRiderId).ShouldBe(
            ("NoDriverFound", null, null, null)
        );
        var ended = Published<NoDriverFound>().ShouldHaveSingleItem();
        (ended.RiderId, ended.SearchSeconds, ended.At).ShouldBe((Rider, 50, T0.AddSeconds(460)));
        Published<DriverUnassigned>().Select(it => it.SearchAgain).ShouldBe([true, true, true, false]);
        Published<DriverUnassigned>()[^1].By.ShouldBe("driver");
        Published<RideCancelled>().ShouldBeEmpty();
        TimersSet.Count.ShouldBe(4);
    }

    [Fact]
    public async Task A_driver_who_accepted_too_late_is_no_reassignment()
    {
        await Given(RideStatus.DriverAssigned);
        for (var late = 0; late < 5; late++)
            await Send(Assigned(Bela, Guid.CreateVersion7(), seconds: 20));
        (await Send(Released())).ShouldBeTrue();
        (await Status()).ShouldBe("Requested");
    }

    [Fact]
    public async Task An_operator_reassigns_it_beyond_the_limit()
    {
        await Given(RideStatus.Requested);
        for (var reassignment = 1; reassignment <= 5; reassignment++)
        {
            await Send(Assigned(Anna, Guid.CreateVersion7(), reassignment * 100));
            (await Send(Reassigned(reassignment * 100 + 50))).ShouldBeTrue();
            (await Status()).ShouldBe("Requested");
        }

        // They count: the next driver cannot send the ride back.
        await AssignedAndReleased(6);
        (await Status()).ShouldBe("NoDriverFound");
    }

    [Theory]
    [InlineData("DriverAssigned")]
    [InlineData("DriverArrived")]
    public async Task An_operator_takes_it_from_its_driver_until_the_rider_is_aboard(string status)
    {
        await Given(Enum.Parse<RideStatus>(status));
        (await Send(Reassigned(seconds: 200))).ShouldBeTrue();

        var ride = await Ride();
        (ride.Status, ride.DriverId, ride.ActiveDriverId, ride.ActiveRiderId).ShouldBe(
            ("Requested", null, null, Rider)
        );
        var unassigned = Published<DriverUnassigned>().ShouldHaveSingleItem();
        (unassigned.DriverId, unassigned.OfferId, unassigned.By, unassigned.Reason, unassigned.SearchAgain).ShouldBe(
            (Anna, AnnasOffer, "operator", "the driver is lost", true)
        );
        // A late duplicate of the assignment does not bring the driver back.
        await Send(Assigned());
        (await Status()).ShouldBe("Requested");
        await Send(Assigned(Bela, seconds: 300));
        (await Ride()).DriverId.ShouldBe(Bela);
    }

    [Theory]
    [InlineData("Requested")]
    [InlineData("InProgress")]
    [InlineData("Completed")]
    [InlineData("Cancelled")]
    [InlineData("NoDriverFound")]
    public async Task A_ride_without_a_driver_on_the_way_is_not_reassigned(string status)
    {
        await Given(Enum.Parse<RideStatus>(status));
        (await Send(Reassigned())).ShouldBeFalse();
        (await Status()).ShouldBe(status);
        Published<DriverUnassigned>().ShouldBeEmpty();
    }

    async Task AssignedAndReleased(int time)
    {
        await Send(Assigned(Bela, Guid.CreateVersion7(), time * 100 + 10));
        (await Send(Released(Bela, time * 100 + 60))).ShouldBeTrue();
    }
}
