using CsCheck;
using RideBooking.Billing;
using RideBooking.Contracts;
using RideBooking.Platform.Messaging;
using RideBooking.TestKit.Contracts;
using RideBooking.Tests.Payments;

namespace RideBooking.Tests.Billing;

public sealed class FareTests
{
    static readonly IRouteEstimator s_routes = new DirectRoute();
    static readonly SomeRide s_ride = new();

    static Fare Of(RideCompleted ride, Tariff? tariff = null, TripTerms? terms = null) =>
        FinalFare.Of(ride, terms, tariff ?? Tariff.Default, s_routes);

    static IEnumerable<(string, decimal)> Lines(Fare fare) =>
        fare.Lines.Select(line => (line.Code, line.Amount.Amount));

    [Fact]
    public void Without_a_quote_is_metered()
    {
        var fare = Of(s_ride.Completed);
        Lines(fare).ShouldBe([("base", 2.50m), ("distance", 7.20m), ("time", 4.50m)]);
        fare.Total.ShouldBe(Samples.Euro(14.20m));
    }

    [Fact]
    public void In_a_peak_is_multiplied()
    {
        var friday = s_ride.Completed with { StartedAt = new DateTimeOffset(2026, 1, 9, 23, 0, 0, TimeSpan.Zero) };
        Lines(Of(friday)).ShouldBe([("base", 2.50m), ("distance", 7.20m), ("time", 4.50m), ("surge", 7.10m)]);
    }

    [Fact]
    public void Is_the_minimum_fare_at_least()
    {
        var fare = Of(
            s_ride.Completed with
            {
                DistanceMeters = 300,
                DurationSeconds = 60,
                LastPosition = Samples.Alexanderplatz,
            }
        );
        Lines(fare).ShouldBe([("base", 2.50m), ("distance", 0.36m), ("time", 0.30m), ("minimumFare", 2.84m)]);
        fare.Total.ShouldBe(Samples.Euro(6.00m));
    }

    [Fact]
    public void Adds_waiting_beyond_the_free_time_and_tolls_to_the_minimum_too()
    {
        var fare = Of(
            s_ride.Completed with
            {
                DistanceMeters = 300,
                DurationSeconds = 60,
                LastPosition = Samples.Alexanderplatz,
                WaitSeconds = 210,
                FreeWaitSeconds = 120,
                Tolls = Samples.Euro(3.5m),
            }
        );
        fare.Total.ShouldBe(Samples.Euro(6.00m + 0.53m + 3.50m)); // 1.5 min at 0.35 is 0.525
        Lines(fare).TakeLast(2).ShouldBe([("waiting", 0.53m), ("tolls", 3.50m)]);
    }

    [Fact]
    public void Is_the_quoted_one_whatever_the_time_and_the_demand()
    {
        var ride = s_ride.Quoted(11.11m, 6000) with
        {
            DurationSeconds = 5000,
            StartedAt = new DateTimeOffset(2026, 1, 9, 23, 0, 0, TimeSpan.Zero),
        };
        Lines(Of(ride)).ShouldBe([("upfrontFare", 11.11m)]);
        Lines(Of(ride with { DistanceMeters = null })).ShouldBe([("upfrontFare", 11.11m)]);
        Lines(Of(ride with { DistanceMeters = 0 })).ShouldBe([("upfrontFare", 11.11m)]);
    }

    // By the tariff these trips cost 12.70 EUR and more.
    [Theory]
    [InlineData(7200, 11.11, "upfrontFare")]
    [InlineData(7201, 11.11, "base")]
    [InlineData(7201, 20.00, "upfrontFare")] // longer, and not cheaper
    [InlineData(4800, 20.00, "upfrontFare")]
    [InlineData(4799, 20.00, "base")]
    [InlineData(4799, 11.11, "upfrontFare")] // shorter, and not dearer
    public void Is_metered_after_all_when_the_way_differed_by_more_than_20_percent(
        int driven,
        double quoted,
        string firstLine
    ) => Of(s_ride.Quoted((decimal)quoted, 6000) with { DistanceMeters = driven }).Lines[0].Code.ShouldBe(firstLine);

    // Quoted for 6 km in 900 s at a factor of 1.5.
    [Theory]
    [InlineData(1200, "upfrontFare", 17.00)] // a third longer, but only five minutes
    [InlineData(1201, "base", 23.56)]
    [InlineData(600, "upfrontFare", 17.00)]
    [InlineData(599, "upfrontFare", 17.00)] // shorter, and metered it would be 19.05
    [InlineData(0, "upfrontFare", 17.00)] // not possible: the driver pressed a button too late
    public void Is_metered_after_all_when_the_time_differed_by_more_than_20_percent(
        int seconds,
        string firstLine,
        double total
    )
    {
        var fare = Of(
            s_ride.Quoted(17.00m, 6000) with
            {
                DurationSeconds = seconds,
            },
            terms: new TripTerms(null, 150, Samples.Euro(17.00m), 6000, 900)
        );
        fare.Lines[0].Code.ShouldBe(firstLine);
        fare.Total.ShouldBe(Samples.Euro((decimal)total));
    }

    [Fact]
    public void Is_not_metered_by_a_time_that_no_driver_reported() =>
        Of(
            s_ride.Quoted(17.00m, 6000) with
            {
                DurationSeconds = 4000,
                By = Initiator.Operator,
            },
            terms: new TripTerms(null, 100, Samples.Euro(17.00m), 6000, 900)
        )
            .Lines[0]
            .Code.ShouldBe("upfrontFare");

    [Fact]
    public void Has_the_surge_of_the_terms_instead_of_that_of_the_start()
    {
        var terms = new TripTerms(null, 130, Samples.Euro(14m), 6000, 900);
        var friday = s_ride.Completed with { StartedAt = new DateTimeOffset(2026, 1, 9, 23, 0, 0, TimeSpan.Zero) };
        Lines(Of(friday, terms: terms)).ShouldContain(("surge", 4.26m));
        Lines(Of(friday, terms: terms with { SurgePercent = 100 })).ShouldNotContain(line => line.Item1 == "surge");
    }

    [Fact]
    public void Of_a_distance_of_zero_is_estimated_also_where_the_ride_ended_at_its_pickup()
    {
        var ride = s_ride.Completed with { DistanceMeters = 0, LastPosition = Samples.Alexanderplatz };
        FinalFare.IsPlausible(ride).ShouldBeFalse();
        Of(ride).Lines.Single(line => line.Code == "distance").Description.ShouldEndWith("(estimated)");
        FinalFare.IsPlausible(ride with { DistanceMeters = 1 }).ShouldBeTrue();
    }

    [Fact]
    public void Adds_waiting_and_tolls_to_the_quoted_one() =>
        Lines(Of(s_ride.Quoted(11.11m, 6000) with { WaitSeconds = 180, Tolls = Samples.Euro(2m) }))
            .ShouldBe([("upfrontFare", 11.11m), ("waiting", 0.35m), ("tolls", 2.00m)]);

    [Fact]
    public void Is_estimated_where_the_reported_distance_is_not_plausible()
    {
        var estimate = Of(s_ride.Completed with { DistanceMeters = null });
        Lines(Of(s_ride.Completed with { DistanceMeters = int.MaxValue })).ShouldBe(Lines(estimate));
        Lines(Of(s_ride.Completed with { DistanceMeters = -1 })).ShouldBe(Lines(estimate));
        Lines(Of(s_ride.Quoted(11.11m, 6000) with { DistanceMeters = 1_000_000 })).ShouldBe([("upfrontFare", 11.11m)]);
    }

    [Fact]
    public void Is_estimated_where_the_reported_distance_is_too_short()
    {
        var ride = s_ride.Completed with
        {
            Pickup = new Place(52.52, 13.405),
            Dropoff = new Place(52.50, 13.30),
            DistanceMeters = 0,
            DurationSeconds = 0,
        };
        Of(ride).Total.ShouldBe(Samples.Euro(14.12m));
        Of(ride).Lines.Single(line => line.Code == "distance").Description.ShouldBe("Distance, 9.7 km (estimated)");

        // With a position at the early end of the ride, the measured distance counts, or else the way to that position.
        var seen = ride with
        {
            LastPosition = new Place(52.51, 13.3525),
        };
        Of(seen with { DistanceMeters = 4000 }).Total.ShouldBe(Samples.Euro(2.50m + 4.80m));
        Of(seen).Lines.Single(line => line.Code == "distance").Description.ShouldBe("Distance, 4.8 km (estimated)");

        // A position far away does not raise the fare.
        Of(ride with { LastPosition = new Place(53, 14) }).Total.ShouldBe(Samples.Euro(14.12m));
    }

    [Fact]
    public void Bounds_time_and_waiting()
    {
        var fare = Of(
            s_ride.Completed with
            {
                DurationSeconds = int.MaxValue,
                WaitSeconds = int.MaxValue,
                FreeWaitSeconds = 0,
            }
        );
        Lines(fare).Last().ShouldBe(("waiting", 21.00m));
        fare.Lines.Single(line => line.Code == "time").Amount.Amount.ShouldBeLessThan(70m);
    }

    [Fact]
    public void Does_not_honour_a_quote_in_another_currency() =>
        Lines(Of(s_ride.Completed with { QuotedFare = new Money(5m, "USD") })).ShouldBe(Lines(Of(s_ride.Completed)));

    [Theory]
    [InlineData("5", "USD")]
    [InlineData("-0.01", "EUR")]
    [InlineData("200.01", "EUR")]
    [InlineData("1.001", "EUR")]
    public void Is_not_computed_without_tolls_that_it_cannot_hold(string amount, string currency) =>
        Should.Throw<UnacceptableMessageException>(() =>
            Of(s_ride.Completed with { Tolls = new Money(decimal.Parse(amount), currency) })
        );

    [Fact]
    public void Of_tolls_of_zero_has_no_line_for_them() =>
        Lines(Of(s_ride.Completed with { Tolls = Samples.Euro(0m) })).ShouldBe(Lines(Of(s_ride.Completed)));

    static readonly Tariff s_yen = Tariff.Default with
    {
        Currency = "JPY",
        MaxTolls = 20_000m,
        Classes = new Dictionary<string, Rates> { ["standard"] = new(250m, 131m, 33m, 700m, 45m, 500m, 700m) },
    };

    [Fact]
    public void Is_in_whole_yen_in_a_tariff_in_yen()
    {
        var fare = Of(
            s_ride.Completed with
            {
                DistanceMeters = 6789,
                DurationSeconds = 917,
                WaitSeconds = 150,
                StartedAt = new DateTimeOffset(2026, 1, 9, 23, 0, 0, TimeSpan.Zero),
                Tolls = new Money(1500m, "JPY"),
            },
            s_yen
        );
        Lines(fare)
            .ShouldBe([
                ("base", 250m),
                ("distance", 889m),
                ("time", 504m),
                ("surge", 822m),
                ("waiting", 23m),
                ("tolls", 1500m),
            ]);
        fare.Total.ShouldBe(new Money(3988m, "JPY"));
    }

    [Fact]
    public void Of_a_class_the_tariff_no_longer_has_is_the_standard_one() =>
        Lines(Of(s_ride.Completed with { VehicleClass = "helicopter" })).ShouldBe(Lines(Of(s_ride.Completed)));

    static readonly string[] s_classes = ["standard", "comfort", "xl", "helicopter"];

    static readonly Gen<RideCompleted> s_rides = Gen.Select(
        Gen.Int[0, 3].Select(i => s_classes[i]),
        Gen.Int.Nullable(),
        Gen.Int,
        Gen.Select(Gen.Int, Gen.Int),
        Gen.Int[0, 20_000].Nullable(),
        Gen.Select(Gen.Int[0, 10_000].Nullable(), Gen.Int[0, 300_000]),
        Gen.DateTimeOffset,
        (vehicleClass, meters, seconds, wait, tolls, quote, at) =>
            s_ride.Completed with
            {
                VehicleClass = vehicleClass,
                DistanceMeters = meters,
                DurationSeconds = seconds,
                WaitSeconds = wait.Item1,
                FreeWaitSeconds = wait.Item2,
                Tolls = tolls is { } claimed ? Samples.Euro(claimed / 100m) : null,
                QuotedFare = quote.Item1 is { } cents ? Samples.Euro(cents / 100m) : null,
                QuotedDistanceMeters = quote.Item1 is null ? null : quote.Item2,
                StartedAt = at,
            }
    );

    [Fact]
    public void Always_is_the_sum_of_its_lines_in_whole_cents_and_never_absurd() =>
        s_rides.Sample(ride =>
        {
            var fare = Of(ride);
            fare.Lines.Sum(line => line.Amount.Amount).ShouldBe(fare.Total.Amount);
            fare.Lines.ShouldAllBe(line =>
                line.Amount.Amount >= 0 && decimal.Round(line.Amount.Amount, 2) == line.Amount.Amount
            );
            fare.Total.Amount.ShouldBeLessThan(1000m);
        });

    [Fact]
    public void Without_a_quote_is_never_less_than_the_minimum() =>
        s_rides.Sample(ride =>
            Of(ride with { QuotedFare = null })
                .Total.Amount.ShouldBeGreaterThanOrEqualTo(Tariff.Default.RatesFor(ride.VehicleClass).MinimumFare)
        );
}
