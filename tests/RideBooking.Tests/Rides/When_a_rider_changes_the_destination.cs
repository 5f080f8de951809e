using RideBooking.Contracts;
using RideBooking.Rides;
using RideBooking.TestKit.Contracts;

namespace RideBooking.Tests.Rides;

public sealed class When_a_rider_changes_the_destination : RideLab
{
    public static readonly TheoryData<string> Open = ["Requested", "DriverAssigned", "DriverArrived", "InProgress"];

    public static readonly TheoryData<string> Ended = ["Completed", "Cancelled", "NoDriverFound"];

    [Theory]
    [MemberData(nameof(Open))]
    public async Task The_ride_goes_there_for_the_fare_of_the_new_quote(string status)
    {
        await Given(Enum.Parse<RideStatus>(status));

        (await Send(Redirected(stops: [Samples.Zoo]))).ShouldBeTrue();

        var ride = await Ride();
        ride.Status.ShouldBe(status);
        (ride.Dropoff, ride.QuoteId, ride.QuotedFare, ride.QuotedDistanceMeters).ShouldBe(
            (Samples.Gendarmenmarkt, ChangeQuote, Samples.Euro(9.9m), 2400)
        );
        ride.Stops.ShouldBe([Samples.Zoo]);
        var changed = Published<DestinationChanged>().ShouldHaveSingleItem();
        (changed.Number, changed.Dropoff, changed.QuotedFare).ShouldBe((1, Samples.Gendarmenmarkt, Samples.Euro(9.9m)));
        changed.DriverId.ShouldBe(status == "Requested" ? null : Anna);
        changed.Terms.SurgePercent.ShouldBe(120);
    }

    [Theory]
    [MemberData(nameof(Ended))]
    public async Task It_is_refused_when_the_ride_has_ended(string status)
    {
        await Given(Enum.Parse<RideStatus>(status));

        (await Send(Redirected())).ShouldBeFalse();

        Refusal.ShouldBeNull();
        Published<DestinationChanged>().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_repeat_is_accepted_and_changes_nothing()
    {
        await Given(RideStatus.InProgress);
        await Send(Redirected());

        (await Send(Redirected(seconds: 400))).ShouldBeTrue();

        Published<DestinationChanged>().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_quote_from_before_the_last_change_is_refused()
    {
        await Given(RideStatus.InProgress);
        await Send(Redirected());
        var second = Guid.CreateVersion7();
        (await Send(Redirected(number: 2, quote: second))).ShouldBeTrue();

        (await Send(Redirected())).ShouldBeFalse();
        Refusal!.Code.ShouldBe(RideProblems.QuoteExpired);

        (await Ride()).QuoteId.ShouldBe(second);
        Published<DestinationChanged>().Select(change => change.Number).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task Another_rider_cannot()
    {
        await Given(RideStatus.InProgress);

        (await Send(Redirected() with { RiderId = "rider-2" })).ShouldBeFalse();

        Published<DestinationChanged>().ShouldBeEmpty();
    }

    [Fact]
    public async Task The_completion_names_the_new_destination_and_quote()
    {
        await Given(RideStatus.InProgress);
        await Send(Redirected());

        await Send(Completed());

        var completed = Published<RideCompleted>().ShouldHaveSingleItem();
        (completed.Dropoff, completed.QuoteId, completed.QuotedFare, completed.QuotedDistanceMeters).ShouldBe(
            (Samples.Gendarmenmarkt, ChangeQuote, Samples.Euro(9.9m), 2400)
        );
    }

    [Fact]
    public async Task A_distance_over_the_stops_is_plausible()
    {
        // 3 km to the Zoo and back: nothing in a straight line.
        await Send(Requested() with { Dropoff = Pickup, Stops = [Samples.Zoo] });
        await Send(Assigned());
        await Send(Arrived());
        await Send(Started());

        await Send(Completed() with { DistanceMeters = 1000 });

        (await Ride()).Flags.Select(flag => flag.Code).ShouldBe([RideFlags.DistanceTooShort]);
    }
}
