using Microsoft.Extensions.Configuration;
using RideBooking.Contracts;
using RideBooking.Platform.Configuration;
using RideBooking.Rides;

namespace RideBooking.Tests.Rides;

public sealed class PlausibilityTests
{
    static readonly DateTimeOffset s_now = new(2026, 1, 10, 10, 0, 0, TimeSpan.Zero);
    static readonly Place P = new(52.52, 13.405);
    static readonly Place Q = new(52.50, 13.30);
    static readonly Plausibility s_rules = RideLab.Plausibility;

    /// <summary>Ten minutes after the assignment, or for a started ride a quarter of an hour after the start.</summary>
    static Ride Ride() =>
        new()
        {
            Pickup = P,
            Dropoff = Q,
            AssignedAt = s_now.AddMinutes(-30),
            EtaSeconds = 600,
            ArrivedAt = s_now.AddMinutes(-20),
            ArrivalMeters = 10,
            StartedAt = s_now.AddMinutes(-15),
        };

    static DriverFix At(Place place, int secondsAgo, double northMeters = 0) =>
        new(place.Lat + northMeters / 111_195, place.Lng, s_now.AddSeconds(-secondsAgo));

    static IEnumerable<string> Codes(IReadOnlyList<RideFlag> flags) => flags.Select(flag => flag.Code);

    [Theory]
    [InlineData(0, 1, false)]
    [InlineData(290, 1, false)]
    [InlineData(400, 1, true)]
    [InlineData(9_000, 1, true)]
    [InlineData(9_000, 120, true)]
    [InlineData(9_000, 300, false)] // reachable since then
    public void An_arrival_is_flagged_where_the_pickup_could_not_be_reached(int meters, int secondsAgo, bool flagged)
    {
        var arrived = new ArriveAtPickup(Guid.Empty, "anna", s_now, At(P, secondsAgo, meters));
        Codes(s_rules.Of(Ride(), arrived)).ShouldBe(flagged ? [RideFlags.ArrivedFarFromPickup] : []);
    }

    [Fact]
    public void A_start_is_flagged_in_the_same_way()
    {
        Codes(s_rules.Of(Ride(), new StartRide(Guid.Empty, "anna", s_now, At(P, 5, 9_000))))
            .ShouldBe([RideFlags.StartedFarFromPickup]);
        s_rules.Of(Ride(), new StartRide(Guid.Empty, "anna", s_now, At(P, 5))).ShouldBeEmpty();
    }

    [Fact]
    public void A_driver_without_location_reports_is_not_flagged_for_that()
    {
        s_rules.Of(Ride(), new ArriveAtPickup(Guid.Empty, "anna", s_now)).ShouldBeEmpty();
        s_rules.Of(Ride(), new StartRide(Guid.Empty, "anna", s_now)).ShouldBeEmpty();
        s_rules.Of(Ride(), new CompleteRide(Guid.Empty, "anna", null, null, s_now)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(60, 0, false)] // the minimum: the driver was there
    [InlineData(600, 60, true)]
    [InlineData(600, 90, false)]
    public void An_arrival_is_flagged_where_the_way_cannot_be_driven_in_the_time(int eta, int took, bool flagged)
    {
        var ride = Ride();
        (ride.AssignedAt, ride.EtaSeconds) = (s_now.AddSeconds(-took), eta);
        Codes(s_rules.Of(ride, new ArriveAtPickup(Guid.Empty, "anna", s_now)))
            .ShouldBe(flagged ? [RideFlags.ArrivedTooSoon] : []);
    }

    [Fact]
    public void A_completion_within_a_second_and_with_no_distance_is_flagged_for_each()
    {
        var ride = Ride();
        ride.StartedAt = s_now.AddSeconds(-1);
        var flags = s_rules.Of(ride, new CompleteRide(Guid.Empty, "anna", 0, null, s_now, At(P, 30, 9_000)));
        Codes(flags)
            .ShouldBe([RideFlags.CompletedFarFromDropoff, RideFlags.CompletedTooSoon, RideFlags.DistanceTooShort]);
        flags.ShouldAllBe(flag => flag.DriverId == "anna" && flag.At == s_now);
        flags[1].Reason.ShouldBe("Completion was reported 1 s after the start, for 7.4 km in a straight line.");
    }

    [Fact]
    public void A_rider_who_gets_out_early_is_no_matter_of_time_or_distance()
    {
        var flags = s_rules.Of(Ride(), new CompleteRide(Guid.Empty, "anna", 1_200, null, s_now, At(P, 5, 1_000)));
        Codes(flags).ShouldBe([RideFlags.CompletedFarFromDropoff]);
    }

    [Fact]
    public void A_distance_far_above_what_is_possible_is_flagged() =>
        Codes(s_rules.Of(Ride(), new CompleteRide(Guid.Empty, "anna", 900_000, null, s_now)))
            .ShouldBe([RideFlags.DistanceTooLong]);

    [Theory]
    [InlineData(10, 10, 5, null)]
    [InlineData(9_000, 10, 5, "not_at_pickup")]
    [InlineData(10, 9_000, 5, "not_at_pickup")]
    [InlineData(10, 301, 5, "not_at_pickup")]
    [InlineData(10, 10, 121, "position_not_fresh")]
    [InlineData(-1, 10, 5, "position_not_fresh")]
    public void A_no_show_needs_the_driver_at_the_pickup_at_arrival_and_now(
        int arrivalMeters,
        int metersNow,
        int secondsAgo,
        string? code
    )
    {
        var ride = Ride();
        ride.ArrivalMeters = arrivalMeters < 0 ? null : arrivalMeters;
        var noShow = new ReportNoShow(Guid.Empty, "anna", s_now, At(P, secondsAgo, metersNow));
        s_rules.Of(ride, noShow)?.Code.ShouldBe(code);
        (s_rules.Of(ride, noShow) is null).ShouldBe(code is null);
    }

    [Fact]
    public void A_no_show_of_a_driver_without_location_reports_is_refused() =>
        s_rules.Of(Ride(), new ReportNoShow(Guid.Empty, "anna", s_now))!.Code.ShouldBe("position_not_fresh");

    [Fact]
    public void The_text_for_a_distance_just_beyond_the_bound_does_not_contradict_it()
    {
        s_rules
            .Of(Ride(), new ReportNoShow(Guid.Empty, "anna", s_now, At(P, 0, 310)))!
            .Detail.ShouldBe("At this report you were 310 m from the pickup; 300 m are allowed.");
        s_rules
            .Of(Ride(), new ArriveAtPickup(Guid.Empty, "anna", s_now, At(P, 0, 310)))
            .ShouldHaveSingleItem()
            .Reason.ShouldBe("Arrival was reported 0 s after a position 310 m from the pickup.");
    }

    [Theory]
    [InlineData(300, 5, true, null)]
    [InlineData(310, 5, true, "not_at_pickup")]
    [InlineData(1_000, 60, true, "not_at_pickup")] // reachable since then, but not proven
    [InlineData(10, 121, true, "position_not_fresh")]
    [InlineData(9_000, 5, false, null)]
    public void A_geofence_that_refuses_needs_a_recent_position_inside(int meters, int age, bool refuse, string? code)
    {
        var mode = refuse ? Geofence.Refuse : Geofence.Off;
        var rules = s_rules with { Geofences = new Geofences(mode, mode, mode) };
        rules.OutsideOf(Ride(), new ArriveAtPickup(Guid.Empty, "anna", s_now, At(P, age, meters)))?.Code.ShouldBe(code);
        var refused = rules.OutsideOf(Ride(), new StartRide(Guid.Empty, "anna", s_now, At(P, age, meters)));
        refused?.Code.ShouldBe(code);
        (refused is null).ShouldBe(code is null);
    }

    [Fact]
    public void The_dropoff_has_a_radius_of_its_own()
    {
        var rules = s_rules with
        {
            DropoffRadiusMeters = 500,
            Geofences = new Geofences(Geofence.Off, Geofence.Off, Geofence.Refuse),
        };
        rules.OutsideOf(Ride(), Done(490)).ShouldBeNull();
        var refused = rules.OutsideOf(Ride(), Done(600))!;
        (refused.Code, refused.Detail).ShouldBe(
            ("not_at_dropoff", "At this report you were 600 m from the dropoff; 500 m are allowed.")
        );
        rules
            .OutsideOf(Ride(), new CompleteRide(Guid.Empty, "anna", null, null, s_now))!
            .Code.ShouldBe("position_not_fresh");

        static CompleteRide Done(int meters) => new(Guid.Empty, "anna", 6_000, null, s_now, At(Q, 5, meters));
    }

    [Fact]
    public void A_geofence_that_flags_does_so_outside_whatever_could_be_reached()
    {
        var rules = s_rules with { Geofences = new Geofences(Geofence.Flag, Geofence.Flag, Geofence.Flag) };
        var ride = Ride();
        Codes(rules.Of(ride, new ArriveAtPickup(Guid.Empty, "anna", s_now, At(P, 60, 1_000))))
            .ShouldBe([RideFlags.ArrivedFarFromPickup]);
        Codes(rules.Of(ride, new StartRide(Guid.Empty, "anna", s_now, At(P, 60, 1_000))))
            .ShouldBe([RideFlags.StartedFarFromPickup]);
        Codes(rules.Of(ride, new CompleteRide(Guid.Empty, "anna", null, null, s_now, At(Q, 60, 1_000))))
            .ShouldBe([RideFlags.CompletedFarFromDropoff]);
        // Off, and an older position: only what could not be reached is flagged.
        s_rules.Of(ride, new ArriveAtPickup(Guid.Empty, "anna", s_now, At(P, 60, 1_000))).ShouldBeEmpty();
        rules.Of(ride, new ArriveAtPickup(Guid.Empty, "anna", s_now, At(P, 180, 1_000))).ShouldBeEmpty();
        rules.Of(ride, new ArriveAtPickup(Guid.Empty, "anna", s_now)).ShouldBeEmpty();
        rules.OutsideOf(ride, new ArriveAtPickup(Guid.Empty, "anna", s_now)).ShouldBeNull();
    }

    [Fact]
    public void The_bounds_are_settings()
    {
        Plausibility.Read(new ConfigurationBuilder().Build()).ShouldBe(s_rules);
        Read(
                ("Rides:PickupRadiusMeters", "50"),
                ("Rides:PositionMaxAge", "00:00:10"),
                ("Rides:MaxSpeedKmh", "90"),
                ("Rides:RefuseImplausible", "True"),
                ("Rides:Geofences:Arrive", "flag"),
                ("Rides:Geofences:Complete", "refuse")
            )
            .ShouldBe(
                new Plausibility(
                    50,
                    50,
                    TimeSpan.FromSeconds(10),
                    90,
                    RefuseImplausible: true,
                    new Geofences(Geofence.Flag, Geofence.Off, Geofence.Refuse)
                )
            );
        Read(("Rides:DropoffRadiusMeters", "500")).ShouldBe(s_rules with { DropoffRadiusMeters = 500 });
        Should.Throw<ConfigurationException>(() => Read(("Rides:Geofences:Start", "1")));
        Should.Throw<ConfigurationException>(() => Read(("Rides:RefuseImplausible", "perhaps")));
        Should.Throw<ConfigurationException>(() => Read(("Rides:PickupRadiusMeters", "-1")));
    }

    static Plausibility Read(params (string Key, string Value)[] settings) =>
        Plausibility.Read(
            new ConfigurationBuilder()
                .AddInMemoryCollection(settings.ToDictionary(it => it.Key, it => (string?)it.Value))
                .Build()
        );
}
