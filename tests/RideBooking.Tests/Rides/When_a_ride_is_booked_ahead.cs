using RideBooking.Contracts;
using RideBooking.Rides;
using RideBooking.TestKit.Contracts;

namespace RideBooking.Tests.Rides;

public sealed class When_a_ride_is_booked_ahead : RideLab
{
    static readonly Bookings s_bookings = new(
        TimeSpan.FromMinutes(15),
        TimeSpan.FromDays(30),
        TimeSpan.FromMinutes(10),
        10
    );

    [Fact]
    public async Task It_waits_for_the_start_of_its_search()
    {
        (await Send(Booked())).ShouldBeTrue();

        var ride = await Ride();
        (ride.Status, ride.Search, ride.SearchDeadlineTokenId).ShouldBe(("Requested", 0, null));
        Published<RideRequestedV2>().ShouldHaveSingleItem().PickupAt.ShouldBe(T0.AddHours(1));
        Published<RideSearchStarted>().ShouldBeEmpty();
        var timer = TimersSet.ShouldHaveSingleItem();
        (timer.Due, timer.Token).ShouldBe((T0.AddMinutes(45), ride.SearchStartTokenId));
    }

    [Fact]
    public async Task Its_search_starts_in_time_and_has_the_usual_deadline_from_there()
    {
        await Send(Booked());

        await Passes(TimeSpan.FromMinutes(45));

        var started = Published<RideSearchStarted>().ShouldHaveSingleItem();
        (started.PickupAt, started.At).ShouldBe((T0.AddHours(1), T0.AddMinutes(45)));
        var ride = await Ride();
        (ride.Search, ride.SearchStartedAt, ride.SearchStartTokenId).ShouldBe((1, T0.AddMinutes(45), null));
        TimersSet[^1].Due.ShouldBe(T0.AddMinutes(45) + Times.SearchDeadline);

        await Passes(Times.SearchDeadline);
        (await Status()).ShouldBe("NoDriverFound");
        Published<NoDriverFound>()
            .ShouldHaveSingleItem()
            .SearchSeconds.ShouldBe((int)Times.SearchDeadline.TotalSeconds);
    }

    [Fact]
    public async Task A_timer_that_fires_late_starts_the_search_then()
    {
        await Send(Booked());
        await Passes(TimeSpan.FromMinutes(45));

        // A repeat, and one from a recovery.
        await Send(SearchStart());
        await Send(SearchStart());

        Published<RideSearchStarted>().ShouldHaveSingleItem();
        (await Ride()).Search.ShouldBe(1);
    }

    [Fact]
    public async Task A_timer_of_an_immediate_ride_does_not_exist_and_would_change_nothing()
    {
        await Given(RideStatus.Requested);

        await Send(SearchStart());
        await Send(SearchStart(1));

        Published<RideSearchStarted>().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_cancellation_before_the_search_is_free_and_cancels_the_timer(bool byOperator)
    {
        await Send(Booked());
        var timer = (await Ride()).SearchStartTokenId!.Value;

        (byOperator ? await Send(ForcedCancel(60)) : await Send(Cancelled())).ShouldBeTrue();

        TimersCancelled.ShouldBe([timer]);
        var cancelled = Published<RideCancelled>().ShouldHaveSingleItem();
        (cancelled.DriverId, cancelled.SinceAssignedSeconds).ShouldBe((null, null));
        await Send(SearchStart());
        Published<RideSearchStarted>().ShouldBeEmpty();
        (await Status()).ShouldBe("Cancelled");
    }

    [Fact]
    public async Task It_is_driven_like_any_other_once_it_has_a_driver()
    {
        await Send(Booked());
        await Passes(TimeSpan.FromMinutes(45));

        await Send(Assigned(seconds: 2710));
        await Send(Released(seconds: 2720));

        var ride = await Ride();
        (ride.Status, ride.Search).ShouldBe(("Requested", 2));
        await Send(SearchStart());
        await Send(SearchStart(1));
        (await Ride()).Search.ShouldBe(2);
    }

    [Fact]
    public async Task Its_destination_can_change_before_the_search()
    {
        await Send(Booked());

        (await Send(Redirected())).ShouldBeTrue();

        (await Ride()).Dropoff.ShouldBe(Samples.Gendarmenmarkt);
    }

    [Theory]
    [InlineData(14, false)]
    [InlineData(15, true)]
    [InlineData(30 * 24 * 60, true)]
    [InlineData(30 * 24 * 60 + 1, false)]
    public void It_is_booked_neither_too_late_nor_too_early(int minutes, bool possible) =>
        (s_bookings.Check(T0.AddMinutes(minutes), T0) is null).ShouldBe(possible);

    [Fact]
    public void Its_search_starts_so_that_a_driver_can_be_there_in_time()
    {
        s_bookings.SearchAt(T0.AddHours(1), etaSeconds: 300, T0).ShouldBe(T0.AddMinutes(45));
        s_bookings.SearchAt(T0.AddMinutes(15), etaSeconds: 900, T0).ShouldBe(T0);
    }
}
