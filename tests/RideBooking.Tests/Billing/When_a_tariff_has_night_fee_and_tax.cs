using RideBooking.Billing;
using RideBooking.Contracts;
using RideBooking.TestKit.Contracts;
using RideBooking.Tests.Payments;

namespace RideBooking.Tests.Billing;

/// <summary>The optional lines of a fare: night, booking fee and tax.</summary>
public sealed class When_a_tariff_has_night_fee_and_tax
{
    // A start on a Saturday at noon; 6 km in 15 min cost 14.20 EUR.
    static readonly SomeRide s_ride = new();

    static readonly Rates s_standard = Tariff.Default.Classes["standard"] with
    {
        BookingFee = 1.00m,
        NightSupplement = 2.00m,
    };

    static readonly Tariff s_tariff = Tariff.Default with
    {
        TaxPercent = 7m,
        Night = new NightWindow(new TimeOnly(22, 0), new TimeOnly(6, 0), 1.10m),
        Classes = new Dictionary<string, Rates> { ["standard"] = s_standard },
    };

    static readonly DateTimeOffset s_night = new(2026, 1, 12, 23, 0, 0, TimeSpan.Zero);

    static Fare Of(RideCompleted ride, Tariff? tariff = null, TripTerms? terms = null) =>
        FinalFare.Of(ride, terms, tariff ?? s_tariff, new DirectRoute());

    static IEnumerable<(string, decimal)> Lines(Fare fare) =>
        fare.Lines.Select(line => (line.Code, line.Amount.Amount));

    [Fact]
    public void Booking_fee_and_tax_are_added_to_the_fare() =>
        Lines(Of(s_ride.Completed))
            .ShouldBe([("base", 2.50m), ("distance", 7.20m), ("time", 4.50m), ("bookingFee", 1.00m), ("tax", 1.06m)]);

    [Fact]
    public void Booking_fee_and_tax_are_added_to_the_minimum_fare()
    {
        var fare = Of(
            s_ride.Completed with
            {
                DistanceMeters = 300,
                DurationSeconds = 60,
                LastPosition = Samples.Alexanderplatz,
            }
        );
        fare.Total.ShouldBe(Samples.Euro(6.00m + 1.00m + 0.49m));
    }

    [Fact]
    public void A_night_has_a_factor_and_a_supplement_beside_the_surge()
    {
        var terms = new TripTerms(null, 150, Samples.Euro(20m), 6000, 900);
        Lines(Of(s_ride.Completed with { StartedAt = s_night }, terms: terms))
            .ShouldBe([
                ("base", 2.50m),
                ("distance", 7.20m),
                ("time", 4.50m),
                ("surge", 7.10m),
                ("night", 3.42m),
                ("bookingFee", 1.00m),
                ("tax", 1.80m),
            ]);
    }

    [Fact]
    public void A_quote_keeps_its_total_and_shows_the_fee_and_tax_that_it_contains()
    {
        var way = new RouteEstimate(6000, 900);
        var quoted = FareMeter.Meter(s_tariff, "standard", way, 1m, s_ride.Completed.StartedAt).Total;
        Lines(Of(s_ride.Quoted(quoted.Amount)))
            .ShouldBe([("upfrontFare", 14.20m), ("bookingFee", 1.00m), ("tax", 1.06m)]);
    }

    [Fact]
    public void Waiting_is_taxed_on_top_of_a_quote_and_tolls_are_not()
    {
        var ride = s_ride.Quoted(16.26m) with { WaitSeconds = 720, FreeWaitSeconds = 120, Tolls = Samples.Euro(9m) };
        Lines(Of(ride))
            .ShouldBe([
                ("upfrontFare", 14.20m),
                ("bookingFee", 1.00m),
                ("tax", 1.06m),
                ("waiting", 3.50m),
                ("tolls", 9.00m),
                ("tax", 0.25m),
            ]);
        Of(ride, s_tariff with { TaxesTolls = true }).Lines[^1].Amount.ShouldBe(Samples.Euro(0.88m));
    }

    [Fact]
    public void A_quote_that_is_smaller_than_a_new_booking_fee_is_still_the_price()
    {
        var tariff = s_tariff with
        {
            Classes = new Dictionary<string, Rates> { ["standard"] = s_standard with { BookingFee = 50m } },
        };
        Lines(Of(s_ride.Quoted(10.70m), tariff))
            .ShouldBe([("upfrontFare", 0m), ("bookingFee", 10.00m), ("tax", 0.70m)]);
    }

    [Fact]
    public void Are_rounded_once_from_exact_amounts()
    {
        // 0.005 + 0.005 + 0.005 would be 0.02 or 0.03 if the surge was computed from rounded lines.
        var tariff = Tariff.Default with
        {
            Classes = new Dictionary<string, Rates> { ["standard"] = new(0m, 0.01m, 0.01m, 0m, 0m, 0m, 0m) },
        };
        var fare = FareMeter.Meter(tariff, "standard", new RouteEstimate(500, 30), 2m, s_night);
        Lines(fare).ShouldBe([("base", 0m), ("distance", 0.01m), ("time", 0.01m), ("surge", 0.01m)]);
        fare.Total.ShouldBe(Samples.Euro(0.03m));
    }
}
