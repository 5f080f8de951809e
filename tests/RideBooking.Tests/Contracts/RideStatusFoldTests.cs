using RideBooking.Contracts;
using RideBooking.TestKit.Contracts;

namespace RideBooking.Tests.Contracts;

public sealed class RideStatusFoldTests
{
    static readonly Guid s_ride = Guid.Parse("0197a1b2-0000-7000-8000-000000000001");
    static readonly DateTimeOffset s_at = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_ride_has_no_status_before_it_is_requested() =>
        After(null, Events.DriverAssigned(s_ride, s_at)).ShouldBeNull();

    [Theory]
    [InlineData(RideStatus.Requested, RideStatus.DriverAssigned)]
    [InlineData(RideStatus.DriverArrived, RideStatus.DriverArrived)]
    [InlineData(RideStatus.Cancelled, RideStatus.Cancelled)]
    public void Only_a_ride_without_a_driver_is_assigned_one(RideStatus before, RideStatus after) =>
        before.After(Events.DriverAssigned(s_ride, s_at)).ShouldBe(after);

    [Theory]
    [InlineData(true, RideStatus.Requested)]
    [InlineData(false, RideStatus.DriverAssigned)]
    public void A_released_ride_is_requested_again_if_the_search_goes_on(bool searchAgain, RideStatus after) =>
        RideStatus
            .DriverAssigned.After(Events.DriverUnassigned(s_ride, s_at, searchAgain: searchAgain))
            .ShouldBe(after);

    [Theory]
    [InlineData(RideStatus.Requested)]
    [InlineData(RideStatus.InProgress)]
    public void An_unknown_event_changes_nothing(RideStatus before) => before.After(null).ShouldBe(before);

    static RideStatus? After(RideStatus? before, object happened) => before.After(happened);
}
