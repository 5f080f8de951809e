using RideBooking.Contracts;
using RideBooking.Rides;
using RideBooking.TestKit.Contracts;

namespace RideBooking.Tests.Rides;

/// <summary>The ride is in progress, and its driver does not end it.</summary>
public sealed class When_a_ride_does_not_end : RideLab
{
    static readonly TripTerms s_long = new(null, 100, Samples.Euro(90), 200_000, DurationSeconds: 7_200);

    [Fact]
    public async Task Operators_are_asked_to_look_at_it_once()
    {
        await Given(RideStatus.InProgress);
        var due = (await Ride()).OverdueAt!.Value;
        due.ShouldBe(T0.AddSeconds(250).AddHours(4));
        await Send(BecameOverdue());
        await Send(BecameOverdue());

        var raised = Published<RideNeedsAttention>().ShouldHaveSingleItem();
        (raised.Kind, raised.Since, raised.DriverId).ShouldBe(("rideOverdue", due, Anna));
        var ride = await Ride();
        ride.Flags.ShouldHaveSingleItem().Code.ShouldBe("rideOverdue");
        (ride.Status, ride.FlaggedAt, ride.OverdueTokenId).ShouldBe(("InProgress", (DateTimeOffset?)due, null));
        (await Send(Completed(seconds: 20_000))).ShouldBeTrue();
    }

    [Fact]
    public async Task A_long_trip_has_three_times_its_estimate()
    {
        await Send(Requested() with { Terms = s_long });
        await Send(Assigned());
        await Send(Arrived());
        await Send(Started());
        (await Ride()).OverdueAt.ShouldBe(T0.AddSeconds(250).AddHours(6));
    }

    [Fact]
    public async Task A_timer_that_is_late_changes_nothing_when_the_ride_has_ended()
    {
        await Given(RideStatus.Completed);
        TimersCancelled.Count.ShouldBe(2);
        await Send(BecameOverdue());
        await Send(WentSilent());
        Published<RideNeedsAttention>().ShouldBeEmpty();
        (await Ride()).Flags.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_silent_driver_is_a_cause_of_its_own()
    {
        await Given(RideStatus.InProgress);
        await Send(WentSilent(Bela));
        Published<RideNeedsAttention>().ShouldBeEmpty();
        await Send(WentSilent());
        await Send(WentSilent(seconds: 5_000));
        await Send(BecameOverdue());
        Published<RideNeedsAttention>().Select(it => it.Kind).ShouldBe(["driverSilent", "rideOverdue"]);
    }

    [Fact]
    public async Task The_rider_ends_it_at_the_estimate_and_an_operator_reviews_it()
    {
        await Given(RideStatus.InProgress);
        (await Send(EndedByRider(seconds: 250 + 900 + 1_799))).ShouldBeFalse();
        Refusal!.Code.ShouldBe("end_too_early");
        (await Send(EndedByRider(seconds: 250 + 900 + 1_800, rider: "someone"))).ShouldBeFalse();
        (await Send(EndedByRider(seconds: 250 + 900 + 1_800))).ShouldBeTrue();

        var completed = Published<RideCompleted>().ShouldHaveSingleItem();
        (completed.By, completed.Reason, completed.DurationSeconds, completed.DistanceMeters).ShouldBe(
            ("rider", "notEndedByDriver", 900, null)
        );
        var ride = await Ride();
        (ride.Status, ride.ActiveRiderId, ride.ActiveDriverId).ShouldBe(("Completed", null, null));
        RideView.Of(ride).Completion.ShouldBe(new RideView.EndedBy("rider", "notEndedByDriver"));
        Published<RideNeedsAttention>().ShouldHaveSingleItem().Kind.ShouldBe("endedByRider");

        (await Send(EndedByRider(seconds: 5_000))).ShouldBeTrue();
        (await Send(Completed(seconds: 5_000))).ShouldBeFalse();
        Published<RideCompleted>().Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_estimate_of_the_request_counts_before_that_of_today()
    {
        await Send(Requested() with { Terms = s_long });
        await Send(Assigned());
        await Send(Arrived());
        await Send(Started());
        (await Send(EndedByRider(seconds: 250 + 7_200 + 1_799))).ShouldBeFalse();
        (await Send(EndedByRider(seconds: 250 + 7_200 + 1_800))).ShouldBeTrue();
        Published<RideCompleted>().Single().DurationSeconds.ShouldBe(7_200);
    }

    [Theory]
    [InlineData("Requested")]
    [InlineData("DriverArrived")]
    [InlineData("Completed")]
    [InlineData("Cancelled")]
    public async Task A_rider_ends_only_a_ride_in_progress(string status)
    {
        await Given(Enum.Parse<RideStatus>(status));
        (await Send(EndedByRider())).ShouldBeFalse();
        (await Status()).ShouldBe(status);
    }
}
