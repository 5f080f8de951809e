using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.EventLog;
using RideBooking.EventLog.Subscriptions;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;
using RideBooking.Platform.Visibility;

namespace RideBooking.Drivers;

/// <summary>Returns the driver's earnings from the rides whose fare, or cancellation fee, became final in a period.</summary>
internal static class GetEarnings
{
    /// <summary>The default length of the period.</summary>
    static readonly TimeSpan s_week = TimeSpan.FromDays(7);

    public static void Map(RouteGroupBuilder drivers) =>
        drivers
            .MapGet("/drivers/me/earnings", Handle)
            .WithSummary("Get your earnings in a period, by default the last seven days")
            .WithDescription(
                "Days are those of the city where a ride began. The first and the last day contain only what is in the period."
            );

    internal static async Task<Results<Ok<View>, ProblemHttpResult>> Handle(
        string? from,
        string? to,
        Driver driver,
        AppDbContext db,
        [FromServices] ITariffLocale? locale,
        EventVisibility visibility,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        (from, to) = (from is "" ? null : from, to is "" ? null : to);
        if (Instant.Errors(areRequired: false, ("from", from), ("to", to)) is { Count: > 0 } errors)
            return Problem.Validation(errors);
        var isEndGiven = to is not null;
        var end = Instant.Read(to) ?? clock.GetUtcNow();
        // The first week of the calendar has no week before it.
        var weekBefore = end - DateTimeOffset.MinValue < s_week ? DateTimeOffset.MinValue : end - s_week;
        var start = Instant.Read(from) ?? weekBefore;
        (start, end) = (start.ToUniversalTime(), end.ToUniversalTime());
        if (start >= end)
            return Problem.Validation("from", "must be earlier than to");

        // The driver may already have seen the fare in the ride.
        await Sequencer.CatchUp(db, cancellationToken);
        var last = await db.LastPosition(cancellationToken);
        await visibility.WaitUntil(
            async token =>
                !await db.Set<Subscription>()
                    .AnyAsync(row => row.Name == Earning.Projection && row.IsLive && row.Position < last, token),
            cancellationToken
        );

        // Summed in memory: SQLite has no decimals, and a driver has few rides in a period.
        var earned = await db.Set<Earning>()
            .AsNoTracking()
            .Where(earning => earning.DriverId == driver.Id && earning.At >= start)
            // "Up to now" includes the current instant, and earnings dated slightly ahead by another clock.
            .Where(earning => !isEndGiven || earning.At < end)
            .ToListAsync(cancellationToken);
        return TypedResults.Ok(
            new View(
                start,
                end,
                earned.Count(earning => earning.Correction == Earning.None),
                Totals(earned),
                [
                    .. earned
                        .GroupBy(earning => DayOf(earning, locale))
                        .OrderBy(day => day.Key.Date)
                        .ThenBy(day => day.Key.TimeZone, StringComparer.Ordinal)
                        .Select(day => new Day(
                            day.Key.Date,
                            day.Key.TimeZone,
                            day.Count(earning => earning.Correction == Earning.None),
                            Totals(day)
                        )),
                ]
            )
        );
    }

    // A day has 23 or 25 hours where clocks change: each earning is converted for itself.
    static (DateOnly Date, string TimeZone) DayOf(Earning earning, ITariffLocale? locale)
    {
        var zone = locale?.TimeZoneOf(earning.City) ?? TimeZoneInfo.Utc;
        return (DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(earning.At, zone).DateTime), zone.Id);
    }

    static IReadOnlyList<Total> Totals(IEnumerable<Earning> earned) =>
        [
            .. earned
                .GroupBy(earning => earning.Fare.Currency, StringComparer.Ordinal)
                .OrderBy(currency => currency.Key, StringComparer.Ordinal)
                .Select(currency => new Total(
                    currency.Count(earning => earning.Correction == Earning.None),
                    new Money(currency.Sum(earning => earning.Fare.Amount), currency.Key),
                    new Money(currency.Sum(earning => earning.Earned.Amount), currency.Key),
                    new Money(currency.Sum(earning => earning.Tolls.Amount), currency.Key),
                    currency.Count(earning => earning.Cancelled && earning.Correction == Earning.None),
                    new Money(currency.Where(earning => earning.Cancelled).Sum(fee => fee.Earned.Amount), currency.Key),
                    new Money(
                        currency.Where(earning => earning.Correction != Earning.None).Sum(row => row.Earned.Amount),
                        currency.Key
                    )
                )),
        ];

    /// <summary>The driver's earnings in a period, by currency (usually one).</summary>
    /// <param name="From">The start of the period, inclusive.</param>
    /// <param name="To">The end of the period, exclusive, if given; else the current time.</param>
    /// <param name="Rides">The number of rides, including those cancelled for a fee.</param>
    /// <param name="Totals">The sums, by currency.</param>
    /// <param name="Days">The days on which you earned something, in their order.</param>
    internal sealed record View(
        DateTimeOffset From,
        DateTimeOffset To,
        int Rides,
        IReadOnlyList<Total> Totals,
        IReadOnlyList<Day> Days
    );

    /// <param name="Date">The day in the time zone.</param>
    /// <param name="TimeZone">The time zone of the city, such as <c>Europe/Berlin</c>.</param>
    /// <param name="Rides">The number of rides whose fare or fee became final on the day.</param>
    /// <param name="Totals">The sums of the day, by currency.</param>
    internal sealed record Day(DateOnly Date, string TimeZone, int Rides, IReadOnlyList<Total> Totals);

    /// <param name="Rides">The number of rides, including those cancelled for a fee.</param>
    /// <param name="Fares">The amounts the riders pay: fares with tolls, and fees.</param>
    /// <param name="Earned">The driver's part, with tolls and fees.</param>
    /// <param name="Tolls">The tolls in it, which the driver receives in full.</param>
    /// <param name="Cancelled">The number of rides cancelled for a fee.</param>
    /// <param name="CancellationFees">The driver's part of those fees.</param>
    /// <param name="Corrections">
    /// What refunds and write-offs in the period took of the driver's part, usually negative. The other sums include it.
    /// </param>
    internal sealed record Total(
        int Rides,
        Money Fares,
        Money Earned,
        Money Tolls,
        int Cancelled,
        Money CancellationFees,
        Money Corrections
    );
}
