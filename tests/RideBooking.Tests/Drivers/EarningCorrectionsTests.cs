using CsCheck;
using RideBooking.Contracts;
using RideBooking.Drivers;
using RideBooking.TestKit.Contracts;

namespace RideBooking.Tests.Drivers;

/// <summary>The driver's part of what a rider gets back.</summary>
public sealed class EarningCorrectionsTests
{
    static readonly DateTimeOffset s_at = new(2026, 1, 10, 12, 0, 0, TimeSpan.Zero);
    static readonly string[] s_currencies = ["EUR", "JPY", "KWD"];
    static readonly Guid s_ride = Guid.CreateVersion7();

    static Earning Earned(decimal fare, decimal tolls, decimal share, string currency = "EUR") =>
        new()
        {
            RideId = s_ride,
            DriverId = "anna",
            Fare = new Money(fare, currency),
            Tolls = new Money(tolls, currency),
            Earned = Money.Rounded((fare - tolls) * share, currency) + new Money(tolls, currency),
            At = s_at,
        };

    static PaymentRefunded Refund(int number, Money amount, params RefundedLine[] lines) =>
        new(
            s_ride,
            "rider-1",
            Guid.CreateVersion7(),
            Guid.CreateVersion7(),
            number,
            amount,
            lines,
            amount,
            amount,
            RefundReason.Goodwill,
            DriverBears: true,
            s_at
        );

    [Fact]
    public void A_refund_of_tolls_takes_back_the_tolls_and_nothing_of_the_fare()
    {
        var tolls = Samples.Euro(10m);
        var correction = EarningCorrections.Of(
            [Earned(30m, 10m, 0.8m)],
            Refund(1, tolls, new RefundedLine("tolls", tolls))
        )!;
        (correction.Correction, correction.Tolls.Amount, correction.Earned.Amount).ShouldBe((1, -10m, -10m));
    }

    [Fact]
    public void A_refund_of_a_line_takes_back_the_drivers_share_of_it()
    {
        var waiting = Samples.Euro(2m);
        var correction = EarningCorrections.Of(
            [Earned(30m, 10m, 0.8m)],
            Refund(1, waiting, new RefundedLine("waiting", waiting))
        )!;
        (correction.Fare.Amount, correction.Tolls.Amount, correction.Earned.Amount).ShouldBe((-2m, 0m, -1.6m));
    }

    [Fact]
    public void A_refund_of_an_amount_is_of_tolls_and_fare_in_proportion()
    {
        var correction = EarningCorrections.Of([Earned(30m, 10m, 0.8m)], Refund(1, Samples.Euro(15m)))!;
        (correction.Tolls.Amount, correction.Earned.Amount).ShouldBe((-5m, -13m));
    }

    [Fact]
    public void A_write_off_that_the_driver_bears_leaves_nothing_until_the_payment_succeeds_after_all()
    {
        List<Earning> rows = [Earned(30m, 10m, 0.8m)];
        var by = Guid.CreateVersion7();
        rows.Add(
            EarningCorrections.Of(
                rows,
                new BalanceWrittenOffV2(s_ride, "rider-1", by, Samples.Euro(30m), "op", "x", s_at, DriverBears: true)
            )!
        );
        rows.Sum(row => row.Earned.Amount).ShouldBe(0m);
        var captured = new PaymentCaptured(s_ride, "rider-1", by, Samples.Euro(30m), 2, s_at);
        rows.Add(EarningCorrections.Of(rows, captured)!);
        (rows.Sum(row => row.Earned.Amount), rows.Sum(row => row.Tolls.Amount)).ShouldBe((26m, 10m));
    }

    [Fact]
    public void A_ride_without_an_earning_has_nothing_to_correct() =>
        EarningCorrections.Of([], Refund(1, Samples.Euro(15m))).ShouldBeNull();

    /// <summary>Parts that sum to the fare leave nothing, to the minor unit, and no part adds to an earning.</summary>
    [Fact]
    public void A_fare_that_is_refunded_in_parts_leaves_nothing_of_the_earning() =>
        (
            from currency in Gen.Int[0, 2].Select(index => s_currencies[index])
            from fare in Gen.Int[1, 100_000]
            from tolls in Gen.Int[0, fare]
            from share in Gen.Int[0, 100]
            from cuts in Gen.Int[0, fare].Array[0, 6]
            select (currency, fare, tolls, share, cuts)
        ).Sample(it =>
        {
            decimal unit = it.currency switch
            {
                "JPY" => 1m,
                "KWD" => 0.001m,
                _ => 0.01m,
            };
            List<Earning> rows = [Earned(it.fare * unit, it.tolls * unit, it.share / 100m, it.currency)];
            var from = 0;
            foreach (var to in it.cuts.Append(it.fare).Order())
            {
                var part = new Money((to - from) * unit, it.currency);
                from = to;
                if (EarningCorrections.Of(rows, Refund(rows.Count, part)) is not { } correction)
                    continue;
                (correction.Earned.Amount <= 0 && correction.Earned.IsInMinorUnits()).ShouldBeTrue();
                rows.Add(correction);
            }
            rows.Sum(row => row.Earned.Amount).ShouldBe(0m);
            rows.Sum(row => row.Tolls.Amount).ShouldBe(0m);
            rows.Sum(row => row.Fare.Amount).ShouldBe(0m);
        });
}
