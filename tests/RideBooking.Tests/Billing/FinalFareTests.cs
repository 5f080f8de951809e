using CsCheck;
using RideBooking.Billing;
using RideBooking.Contracts;
using RideBooking.Tests.Payments;

namespace RideBooking.Tests.Billing;

/// <summary>What holds for the fare of every ride, by every tariff, in currencies with no, two and three decimals.</summary>
public sealed class FinalFareTests
{
    static readonly IRouteEstimator s_routes = new DirectRoute();

    static readonly string[] s_currencies = ["JPY", "EUR", "KWD"];
    static readonly string[] s_zones = ["UTC", "Europe/Berlin", "Asia/Tokyo", "America/New_York", "Asia/Kathmandu"];
    static readonly string[] s_classes = ["standard", "comfort", "helicopter"];

    // 7.4 km in a straight line: the distances and times below are all plausible.
    static readonly RideCompleted s_ride = new SomeRide().Completed with
    {
        Pickup = new Place(52.52, 13.405),
        Dropoff = new Place(52.50, 13.30),
        LastPosition = null,
    };

    static readonly Gen<RouteEstimate> s_ways = Gen.Select(
        Gen.Int[2_000, 40_000],
        Gen.Int[600, 10_000],
        (meters, seconds) => new RouteEstimate(meters, seconds)
    );

    static Gen<decimal> Amounts(string currency, int max) => Gen.Int[0, max].Select(units => units * Unit(currency));

    static decimal Unit(string currency) => new(1, 0, 0, false, (byte)MinorUnits.DecimalsOf(currency));

    static Gen<Rates> RatesIn(string currency) =>
        Gen.Select(
            Gen.Select(Amounts(currency, 500), Amounts(currency, 300), Amounts(currency, 100)),
            Gen.Select(Amounts(currency, 3_000), Amounts(currency, 100), Amounts(currency, 1_000)),
            Gen.Select(Amounts(currency, 1_000), Amounts(currency, 200), Amounts(currency, 500)),
            (per, other, more) =>
                new Rates(
                    per.Item1,
                    per.Item2,
                    per.Item3,
                    other.Item1,
                    other.Item2,
                    other.Item3,
                    more.Item1,
                    more.Item2,
                    more.Item3
                )
        );

    static readonly Gen<NightWindow?> s_nights = Gen.Select(
        Gen.Bool,
        Gen.Select(Gen.Int[0, 1439], Gen.Int[0, 1439]),
        Gen.Int[100, 200],
        (isSet, minutes, percent) =>
            isSet
                ? new NightWindow(
                    TimeOnly.MinValue.AddMinutes(minutes.Item1),
                    TimeOnly.MinValue.AddMinutes(minutes.Item2),
                    percent / 100m
                )
                : null
    );

    static readonly Gen<Tariff> s_tariffs = Gen.Int[0, 2]
        .Select(currency => s_currencies[currency])
        .SelectMany(currency =>
            Gen.Select(
                Gen.Select(RatesIn(currency), RatesIn(currency)),
                Gen.Int[0, s_zones.Length - 1],
                Gen.Select(Gen.Int[0, 2_500], Gen.Bool),
                s_nights,
                (rates, zone, tax, night) =>
                    Tariff.Default with
                    {
                        Currency = currency,
                        TimeZone = TimeZoneInfo.FindSystemTimeZoneById(s_zones[zone]),
                        Classes = new Dictionary<string, Rates>
                        {
                            ["standard"] = rates.Item1,
                            ["comfort"] = rates.Item2,
                        },
                        TaxPercent = tax.Item1 / 100m,
                        TaxesTolls = tax.Item2,
                        Night = night,
                        MaxTolls = 1_000_000m,
                    }
            )
        );

    sealed record Trip(Tariff Tariff, RideCompleted Ride, TripTerms Terms);

    /// <summary>A ride with terms by the tariff, whose quote may also be any other amount.</summary>
    static readonly Gen<Trip> s_trips = s_tariffs.SelectMany(tariff =>
        Gen.Select(
            Gen.Select(s_ways, s_ways, Gen.Int[100, 300], Gen.Int[0, s_classes.Length - 1]),
            Gen.Select(Gen.Int[0, 2_000], Amounts(tariff.Currency, 5_000), Gen.Long[0, 366 * 24 * 3600L]),
            Gen.Select(Gen.Int[0, 2], Amounts(tariff.Currency, 20_000)),
            (way, extras, quote) =>
            {
                var (driven, planned, surge, vehicleClass) = (way.Item1, way.Item2, way.Item3, s_classes[way.Item4]);
                var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(extras.Item3);
                var fare = FareMeter.Meter(tariff, vehicleClass, planned, surge / 100m, start).Total;
                var terms = new TripTerms(null, surge, fare, planned.DistanceMeters, planned.DurationSeconds);
                var promise = quote.Item1 switch
                {
                    0 => null,
                    1 => fare,
                    _ => new Money(quote.Item2, tariff.Currency),
                };
                return new Trip(
                    tariff,
                    s_ride with
                    {
                        VehicleClass = vehicleClass,
                        DistanceMeters = driven.DistanceMeters,
                        DurationSeconds = driven.DurationSeconds,
                        WaitSeconds = extras.Item1,
                        FreeWaitSeconds = 120,
                        Tolls = new Money(extras.Item2, tariff.Currency),
                        StartedAt = start,
                        QuotedFare = promise,
                        QuotedDistanceMeters = promise is null ? null : planned.DistanceMeters,
                    },
                    terms
                );
            }
        )
    );

    static Fare Of(Trip trip) => FinalFare.Of(trip.Ride, trip.Terms, trip.Tariff, s_routes);

    static decimal WithoutExtras(Trip trip) =>
        Of(trip with { Ride = trip.Ride with { WaitSeconds = 0, Tolls = null } }).Total.Amount;

    [Fact]
    public void The_lines_are_rounded_never_negative_and_sum_to_the_total() =>
        s_trips.Sample(trip =>
        {
            var fare = Of(trip);
            fare.Lines.ShouldAllBe(line => line.Amount.Amount >= 0 && line.Amount.IsInMinorUnits());
            fare.Lines.Sum(line => line.Amount.Amount).ShouldBe(fare.Total.Amount);
            fare.Total.Currency.ShouldBe(trip.Tariff.Currency);
        });

    [Fact]
    public void A_metered_fare_is_never_below_the_minimum_and_the_booking_fee() =>
        s_trips.Sample(trip =>
        {
            var rates = trip.Tariff.RatesFor(trip.Ride.VehicleClass);
            WithoutExtras(trip with { Ride = trip.Ride with { QuotedFare = null } })
                .ShouldBeGreaterThanOrEqualTo(rates.MinimumFare + rates.BookingFee);
        });

    [Fact]
    public void A_quote_by_the_tariff_is_never_settled_below_the_minimum() =>
        s_trips.Sample(trip =>
            WithoutExtras(trip with { Ride = trip.Ride with { QuotedFare = trip.Terms.Fare } })
                .ShouldBeGreaterThanOrEqualTo(trip.Tariff.RatesFor(trip.Ride.VehicleClass).MinimumFare)
        );

    // With a quote, whatever it says: at the limits of 20 % the fare may rise at once, but never fall.
    [Fact]
    public void A_fare_never_falls_while_distance_and_time_grow() =>
        Gen.Select(s_trips, Gen.Int[0, 20_000], Gen.Int[0, 5_000])
            .Sample(
                (trip, meters, seconds) =>
                {
                    var further = trip with
                    {
                        Ride = trip.Ride with
                        {
                            DistanceMeters = Math.Min(trip.Ride.DistanceMeters!.Value + meters, 40_000),
                            DurationSeconds = trip.Ride.DurationSeconds + seconds,
                        },
                    };
                    Of(further).Total.Amount.ShouldBeGreaterThanOrEqualTo(Of(trip).Total.Amount);
                }
            );

    [Fact]
    public void A_shorter_trip_never_costs_more_than_the_quote_and_a_longer_one_never_less() =>
        s_trips.Sample(trip =>
        {
            if (trip.Ride.QuotedFare is not { } quoted)
                return;
            var deviation = QuoteDeviation
                .None.WithDistance(trip.Ride.DistanceMeters, trip.Ride.QuotedDistanceMeters)
                .WithTime(trip.Ride.DurationSeconds, trip.Terms.DurationSeconds, trip.Ride.DistanceMeters!.Value);
            var fare = WithoutExtras(trip);
            if (!deviation.IsLonger)
                fare.ShouldBeLessThanOrEqualTo(quoted.Amount);
            if (!deviation.IsShorter)
                fare.ShouldBeGreaterThanOrEqualTo(quoted.Amount);
        });

    [Fact]
    public void Tolls_are_passed_on_in_full() =>
        s_trips.Sample(trip =>
            Of(trip)
                .Lines.Where(line => line.Code == FareLine.TollsCode)
                .Sum(line => line.Amount.Amount)
                .ShouldBe(trip.Ride.Tolls!.Amount)
        );

    [Fact]
    public void A_fee_for_a_cancellation_is_rounded_never_negative_and_the_sum_of_its_lines() =>
        Gen.Select(s_tariffs, Gen.Int[0, 2], Gen.Int[0, s_classes.Length - 1])
            .Sample(
                (tariff, charge, vehicleClass) =>
                {
                    var verdict = new CancellationVerdict((CancellationCharge)charge, charge == 0 ? "x" : null);
                    var fee = CancellationFee.Of(verdict, s_classes[vehicleClass], tariff);
                    fee.Amount.Amount.ShouldBeGreaterThanOrEqualTo(0);
                    fee.Amount.IsInMinorUnits().ShouldBeTrue();
                    fee.Lines.Sum(line => line.Amount.Amount).ShouldBe(fee.Amount.Amount);
                }
            );
}
