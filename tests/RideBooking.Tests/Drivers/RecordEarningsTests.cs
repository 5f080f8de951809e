using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Drivers;
using RideBooking.EventLog;
using RideBooking.EventLog.Subscriptions;
using RideBooking.TestKit.Contracts;

namespace RideBooking.Tests.Drivers;

public sealed class RecordEarningsTests
{
    static async Task<GetEarnings.View> Earned(DriversLab lab, string? from = null, string? to = null) =>
        (await lab.Earnings(from, to)).ShouldBeOfType<Ok<GetEarnings.View>>().Value!;

    [Fact]
    public async Task Are_four_fifths_of_the_fares_unless_configured_otherwise()
    {
        await using var lab = await DriversLab.Open();
        await lab.Earns(lab.Fare(12.40m));
        await lab.Earns(lab.Fare(7.03m));
        await lab.Earns(lab.Fare(99m, driver: "bela"));

        var earned = await Earned(lab);

        earned.Rides.ShouldBe(2);
        earned
            .Totals.ShouldHaveSingleItem()
            .ShouldBe(
                new GetEarnings.Total(
                    2,
                    new Money(19.43m, "EUR"),
                    new Money(9.92m + 5.62m, "EUR"),
                    new Money(0m, "EUR"),
                    0,
                    new Money(0m, "EUR"),
                    new Money(0m, "EUR")
                )
            );
    }

    [Fact]
    public async Task Follow_the_configured_share()
    {
        await using var lab = await DriversLab.Open(("Drivers:Share", "0.755"));
        await lab.Earns(lab.Fare(10m));

        (await Earned(lab)).Totals.Single().Earned.Amount.ShouldBe(7.55m);
    }

    [Fact]
    public async Task Include_tolls_in_full_and_the_share_of_the_rest()
    {
        await using var lab = await DriversLab.Open();
        await lab.Earns(
            lab.Fare(30m) with
            {
                Lines =
                [
                    new("upfrontFare", "Agreed fare", new Money(18m, "EUR")),
                    new("waiting", "Waiting", new Money(2m, "EUR")),
                    new("tolls", "Tolls", new Money(10m, "EUR")),
                ],
            }
        );

        var total = (await Earned(lab)).Totals.Single();
        (total.Fares.Amount, total.Earned.Amount, total.Tolls.Amount).ShouldBe((30m, 26m, 10m));
    }

    [Fact]
    public async Task Include_no_part_of_the_booking_fee_and_the_tax()
    {
        await using var lab = await DriversLab.Open();
        await lab.Earns(
            lab.Fare(36.05m) with
            {
                Lines =
                [
                    new("upfrontFare", "Agreed fare", new Money(20m, "EUR")),
                    new("bookingFee", "Booking fee", new Money(2m, "EUR")),
                    new("tax", "Tax, 7 %", new Money(1.54m, "EUR")),
                    new("waiting", "Waiting", new Money(2m, "EUR")),
                    new("tolls", "Tolls", new Money(10.37m, "EUR")),
                    new("tax", "Tax, 7 %, on extras", new Money(0.14m, "EUR")),
                ],
            }
        );

        var total = (await Earned(lab)).Totals.Single();
        (total.Fares.Amount, total.Earned.Amount, total.Tolls.Amount).ShouldBe((36.05m, 17.60m + 10.37m, 10.37m));
    }

    // In Berlin the clock goes from 2:00 to 3:00 on 29 March, and from 3:00 to 2:00 on 25 October.
    [Theory]
    [InlineData("2026-03-28T22:59:59Z", "2026-03-28")]
    [InlineData("2026-03-28T23:00:00Z", "2026-03-29")]
    [InlineData("2026-03-29T21:59:59Z", "2026-03-29")]
    [InlineData("2026-03-29T22:00:00Z", "2026-03-30")]
    [InlineData("2026-10-24T21:59:59Z", "2026-10-24")]
    [InlineData("2026-10-24T22:00:00Z", "2026-10-25")]
    [InlineData("2026-10-25T22:59:59Z", "2026-10-25")]
    [InlineData("2026-10-25T23:00:00Z", "2026-10-26")]
    public async Task Belong_to_the_day_of_the_city(string at, string day)
    {
        await using var lab = await DriversLab.Open();
        await EarnsIn(lab, "berlin", DateTimeOffset.Parse(at));

        var earned = await Earned(lab, "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
        var only = earned.Days.ShouldHaveSingleItem();
        (only.Date, only.TimeZone, only.Rides).ShouldBe((DateOnly.Parse(day), "Europe/Berlin", 1));
        only.Totals.ShouldBe(earned.Totals);
    }

    [Fact]
    public async Task Are_summed_by_day_in_the_city_of_each_ride()
    {
        await using var lab = await DriversLab.Open();
        // 00:30 in Berlin, 07:30 in Tokyo, and 23:30 in UTC, which counts without a city.
        var at = DateTimeOffset.Parse("2026-07-01T22:30:00Z");
        await EarnsIn(lab, "berlin", at);
        await EarnsIn(lab, "berlin", at.AddHours(1));
        await EarnsIn(lab, "tokyo", at, "JPY");
        await EarnsIn(lab, null, at);
        await EarnsIn(lab, "berlin", at.AddDays(1));

        var earned = await Earned(lab, "2026-07-01T00:00:00Z", "2026-07-04T00:00:00Z");
        earned
            .Days.Select(day => (day.Date.Day, day.TimeZone, day.Rides, day.Totals.Single().Fares))
            .ShouldBe([
                (1, "UTC", 1, new Money(10m, "EUR")),
                (2, "Asia/Tokyo", 1, new Money(10m, "JPY")),
                (2, "Europe/Berlin", 2, new Money(20m, "EUR")),
                (3, "Europe/Berlin", 1, new Money(10m, "EUR")),
            ]);
        earned.Rides.ShouldBe(earned.Days.Sum(day => day.Rides));
    }

    static async Task EarnsIn(DriversLab lab, string? city, DateTimeOffset at, string currency = "EUR")
    {
        var fare = lab.Fare(10m, currency) with { At = at };
        var requested = RideRequestedV2.Upcast(Events.RideRequested(fare.RideId, at));
        await lab.Log(requested with { Terms = new TripTerms(city, 100, new Money(10m, currency), 6000, 900) });
        await lab.Earns(fare);
    }

    [Fact]
    public async Task Include_the_share_of_the_cancellation_fee_once()
    {
        await using var lab = await DriversLab.Open(("Drivers:CancellationShare", "0.5"));
        var fee = lab.Fee(7.01m);
        await lab.Earns(fee);
        await lab.Earns(fee);
        await lab.Earns(lab.Fee(0m));
        await lab.Earns(lab.Fee(7m, driver: null));

        var earned = await Earned(lab);
        earned.Rides.ShouldBe(1);
        var total = earned.Totals.Single();
        (total.Fares.Amount, total.Earned.Amount, total.Cancelled, total.CancellationFees.Amount).ShouldBe(
            (7.01m, 3.51m, 1, 3.51m)
        );
    }

    [Theory]
    [InlineData("JPY", "2189", "1751")]
    [InlineData("KWD", "1.237", "0.990")]
    public async Task Are_rounded_to_the_minor_unit_of_the_currency(string currency, string fare, string earned)
    {
        await using var lab = await DriversLab.Open();
        await lab.Earns(lab.Fare(decimal.Parse(fare), currency));

        (await Earned(lab)).Totals.Single().Earned.ToString().ShouldBe($"{earned} {currency}");
    }

    [Fact]
    public async Task Count_a_ride_once_however_often_its_fare_becomes_final()
    {
        await using var lab = await DriversLab.Open();
        var fare = lab.Fare(10m);
        await lab.Earns(fare);
        await lab.Earns(fare);

        (await Earned(lab)).Rides.ShouldBe(1);
    }

    [Fact]
    public async Task Are_summed_over_the_period_asked_for_by_currency()
    {
        await using var lab = await DriversLab.Open();
        await lab.Earns(lab.Fare(10m));
        lab.Clock.Advance(TimeSpan.FromDays(1));
        await lab.Earns(lab.Fare(20m));
        await lab.Earns(lab.Fare(30m, "CHF"));

        var earned = await Earned(lab, "2026-01-11T09:00:00+01:00", "2026-01-11T14:00:00Z");

        earned.From.ShouldBe(new DateTimeOffset(2026, 1, 11, 8, 0, 0, TimeSpan.Zero));
        earned.Totals.Select(total => total.Fares).ShouldBe([new Money(30m, "CHF"), new Money(20m, "EUR")]);
        (await Earned(lab, to: "2026-01-11T00:00:00Z")).Rides.ShouldBe(1);
    }

    [Fact]
    public async Task Require_an_earlier_assignment_of_the_ride_to_the_driver()
    {
        await using var lab = await DriversLab.Open(("Messaging:VisibilityTimeout", "00:00:00.010"));
        var fare = lab.Fare(10m);
        await lab.Log(lab.Assigned(fare.RideId, Guid.CreateVersion7()) with { DriverId = "bela" });
        await Should.ThrowAsync<InvalidOperationException>(() => lab.Deliver(fare));
        await lab.Log(lab.Assigned(fare.RideId, Guid.CreateVersion7()));
        await Should.ThrowAsync<InvalidOperationException>(() => lab.Deliver(fare));

        (await Earned(lab)).Rides.ShouldBe(0);
    }

    [Fact]
    public async Task Are_computed_again_with_the_shares_of_their_time()
    {
        await using var lab = await DriversLab.Open();
        await lab.Earns(lab.Fare(10m));
        lab.Clock.Advance(TimeSpan.FromSeconds(1));
        await lab.ChangesShare(0.5m);
        await lab.ChangesShare(0.5m);
        await lab.Earns(lab.Fare(20m));
        lab.Clock.Advance(TimeSpan.FromMinutes(2));
        await lab.Earns(lab.Fare(40m));
        await lab.ChangesShare(0.8m);
        lab.Clock.Advance(TimeSpan.FromMinutes(2));
        await lab.Earns(lab.Fare(80m));
        (await Earned(lab)).Totals.Single().Earned.Amount.ShouldBe(8m + 16m + 20m + 64m);
        (await lab.All<Commission>()).Count.ShouldBe(3);
        var before = await Rows(generation: 1);

        // As a replay does.
        var projection = new RecordEarnings();
        await lab.In(async db =>
        {
            var events = await db.ReadEvents(new EventFilter(), 100, DriversLab.Stop);
            await projection.Apply(
                db,
                2,
                [
                    .. events
                        .Select(logged => new ReadEvent(logged, EventCatalogue.Published.Read(logged)!))
                        .Where(read => projection.Events.Contains(read.Event.GetType())),
                ],
                DriversLab.Stop
            );
            return await db.SaveChangesAsync(DriversLab.Stop);
        });

        before.Count.ShouldBe(4);
        (await Rows(generation: 2)).ShouldBe(before);

        Task<List<string>> Rows(int generation) =>
            lab.In(async db =>
            {
                var rows = await db.Rows<Earning>(generation)
                    .AsNoTracking()
                    .OrderBy(earning => earning.RideId)
                    .ToListAsync(DriversLab.Stop);
                return rows.ConvertAll(row =>
                {
                    row.Generation = 0;
                    return JsonSerializer.Serialize(row);
                });
            });
    }

    [Theory]
    [InlineData("yesterday", null)]
    [InlineData(null, "2026-01-10")]
    [InlineData("2026-01-10T10:00:00Z", "2026-01-10T10:00:00Z")]
    [InlineData("2026-01-10T10:00:00", null)]
    public async Task Need_a_valid_period(string? from, string? to)
    {
        await using var lab = await DriversLab.Open();

        (await lab.Earnings(from, to)).Problem().ShouldBe((400, "validation_failed"));
    }

    [Fact]
    public async Task Can_be_asked_for_from_the_beginning_of_time()
    {
        await using var lab = await DriversLab.Open();

        (await Earned(lab, to: "0001-01-02T00:00:00Z")).Rides.ShouldBe(0);
    }
}
