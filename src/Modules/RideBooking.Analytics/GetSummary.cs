using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.EventLog.Subscriptions;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Analytics;

/// <summary>Returns the metrics of a period.</summary>
/// <remarks>They are derived from the facts on request, because a wrong counter could not be detected.</remarks>
internal static class GetSummary
{
    static readonly TimeSpan s_maxPeriod = TimeSpan.FromDays(366);

    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapGet("/operations/analytics/summary", Handle)
            .WithSummary("Get demand, acceptance, rides by status and revenue in a period")
            .WithDescription(
                "From `from` up to but not including `to` (RFC 3339); by default the last 24 hours, at most a year. "
                    + "Hours and days are those of `timeZone`, an IANA name such as Europe/Berlin; by default the tariff's. "
                    + "Eventually consistent: the metrics reflect an event within moments."
            );

    static async Task<Results<Ok<View>, ProblemHttpResult>> Handle(
        string? from,
        string? to,
        string? timeZone,
        AppDbContext db,
        [FromServices] ITariffLocale? locale,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var (period, refused) = Period.Read(from, to, s_maxPeriod, clock.GetUtcNow());
        if (period is null)
            return refused!;
        var zone = locale?.TimeZone ?? TimeZoneInfo.Utc;
        if (timeZone is not null && !TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out zone))
            return Problem.Validation("timeZone", "must be a time zone such as Europe/Berlin");
        return TypedResults.Ok(
            await db.InOneGeneration(
                [RideFacts.Projection, OfferFacts.Projection],
                () => Of(db, period.From, period.To, zone, cancellationToken),
                cancellationToken
            )
        );
    }

    internal static async Task<View> Of(
        AppDbContext db,
        DateTimeOffset from,
        DateTimeOffset to,
        TimeZoneInfo zone,
        CancellationToken cancellationToken
    )
    {
        var requested = db.Set<RideFacts>().Where(ride => ride.RequestedAt >= from && ride.RequestedAt < to);
        var offers = db.Set<OfferFacts>().Where(offer => offer.OfferedAt >= from && offer.OfferedAt < to);
        var captured = db.Set<RideFacts>().Where(ride => ride.CapturedAt >= from && ride.CapturedAt < to);

        var demand = await requested
            .GroupBy(ride => ride.RequestedQuarter)
            .Select(quarter => new { Quarter = quarter.Key, Rides = quarter.Count() })
            .ToListAsync(cancellationToken);

        var statuses = await requested
            .Statuses(db.Set<OfferFacts>())
            .GroupBy(status => status)
            .Select(status => new { Status = status.Key, Rides = status.Count() })
            .ToDictionaryAsync(x => x.Status, x => x.Rides, cancellationToken);

        var cancelledBy = await requested
            .Where(ride => ride.CancelledBy != null)
            .GroupBy(ride => ride.CancelledBy!)
            .Select(by => new { By = by.Key, Rides = by.Count() })
            .ToDictionaryAsync(x => x.By, x => x.Rides, cancellationToken);

        var answers = await offers
            .GroupBy(offer => offer.Answer)
            .Select(answer => new
            {
                Answer = answer.Key,
                Offers = answer.Count(),
                Released = answer.Count(offer => offer.Released),
            })
            .ToDictionaryAsync(x => x.Answer, cancellationToken);

        var revenue = await captured
            .GroupBy(ride => new { ride.CapturedQuarter, ride.Captured!.Currency })
            .Select(quarter => new
            {
                Quarter = quarter.Key.CapturedQuarter,
                quarter.Key.Currency,
                Amount = quarter.Sum(ride => ride.Captured!.Amount),
                Payments = quarter.Count(),
            })
            .ToListAsync(cancellationToken);

        return new View(
            from,
            to,
            zone.Id,
            [
                .. demand
                    .GroupBy(quarter => quarter.Quarter!.Value.HourIn(zone))
                    .OrderBy(hour => hour.Key)
                    .Select(hour => new HourlyDemand(hour.Key, hour.Sum(quarter => quarter.Rides))),
            ],
            OfferAcceptance.Of(
                answers.ToDictionary(x => x.Key, x => x.Value.Offers),
                answers.Values.Sum(x => x.Released)
            ),
            new RideOutcomes(
                statuses.Values.Sum(),
                RideStatuses.Spellings.ToDictionary(status => status, status => statuses.GetValueOrDefault(status)),
                cancelledBy,
                Share(
                    statuses.GetValueOrDefault(RideStatuses.Completed),
                    statuses.GetValueOrDefault(RideStatuses.Completed)
                        + statuses.GetValueOrDefault(RideStatuses.Cancelled)
                        + statuses.GetValueOrDefault(RideStatuses.NoDriverFound)
                )
            ),
            [
                .. revenue
                    .GroupBy(quarter => (Day: quarter.Quarter!.Value.DayIn(zone), quarter.Currency))
                    .OrderBy(day => day.Key.Day)
                    .ThenBy(day => day.Key.Currency, StringComparer.Ordinal)
                    .Select(day => new DailyRevenue(
                        day.Key.Day,
                        new Money(day.Sum(quarter => quarter.Amount), day.Key.Currency),
                        day.Sum(quarter => quarter.Payments)
                    )),
            ]
        );
    }

    internal static double? Share(int part, int whole) => whole == 0 ? null : Math.Round((double)part / whole, 4);

    /// <summary>The metrics of a period.</summary>
    /// <param name="From">The start of the period, inclusive.</param>
    /// <param name="To">The end of the period, exclusive.</param>
    /// <param name="TimeZone">The time zone of the hours and days.</param>
    /// <param name="Demand">Rides requested per hour. Hours without requests are omitted.</param>
    /// <param name="Acceptance">The results of the offers made in the period.</param>
    /// <param name="Rides">The results of the rides requested in the period.</param>
    /// <param name="Revenue">The amounts captured in the period, per day and currency.</param>
    internal sealed record View(
        DateTimeOffset From,
        DateTimeOffset To,
        string TimeZone,
        IReadOnlyList<HourlyDemand> Demand,
        OfferAcceptance Acceptance,
        RideOutcomes Rides,
        IReadOnlyList<DailyRevenue> Revenue
    );

    /// <summary>The demand of one hour.</summary>
    /// <param name="Hour">The start of the hour, an instant in UTC.</param>
    /// <param name="Requested">The number of requested rides.</param>
    internal sealed record HourlyDemand(DateTimeOffset Hour, int Requested);

    /// <summary>The results of the offers.</summary>
    /// <param name="Offered">The number of offers made.</param>
    /// <param name="Accepted">The number of accepted offers.</param>
    /// <param name="Declined">The number of declined offers.</param>
    /// <param name="Expired">The number of offers that expired without an answer.</param>
    /// <param name="Withdrawn">The number of offers withdrawn before an answer.</param>
    /// <param name="Pending">The number of offers that wait for an answer.</param>
    /// <param name="Released">
    /// The number of accepted offers whose ride was released or taken from the driver before it began.
    /// </param>
    /// <param name="Rate">
    /// The accepted part of the offers that drivers decided (accepted, declined or expired), 0 to 1; null if there were none.
    /// </param>
    internal sealed record OfferAcceptance(
        int Offered,
        int Accepted,
        int Declined,
        int Expired,
        int Withdrawn,
        int Pending,
        int Released,
        double? Rate
    )
    {
        public static OfferAcceptance Of(Dictionary<OfferAnswer, int> answers, int released)
        {
            int Count(OfferAnswer answer) => answers.GetValueOrDefault(answer);
            var decided = Count(OfferAnswer.Accepted) + Count(OfferAnswer.Declined) + Count(OfferAnswer.Expired);
            return new(
                answers.Values.Sum(),
                Count(OfferAnswer.Accepted),
                Count(OfferAnswer.Declined),
                Count(OfferAnswer.Expired),
                Count(OfferAnswer.Withdrawn),
                Count(OfferAnswer.Pending),
                released,
                Share(Count(OfferAnswer.Accepted), decided)
            );
        }
    }

    /// <summary>The results of the rides.</summary>
    /// <param name="Requested">The number of requested rides.</param>
    /// <param name="ByStatus">The number of them that are now in each status.</param>
    /// <param name="CancelledBy">The number of cancelled rides, by who cancelled.</param>
    /// <param name="CompletionRate">The completed part of the rides that ended, 0 to 1; null if none did.</param>
    internal sealed record RideOutcomes(
        int Requested,
        IReadOnlyDictionary<string, int> ByStatus,
        IReadOnlyDictionary<string, int> CancelledBy,
        double? CompletionRate
    );

    /// <summary>The revenue of one day in one currency.</summary>
    /// <param name="Day">The day in the time zone.</param>
    /// <param name="Amount">The captured amount.</param>
    /// <param name="Payments">The number of payments.</param>
    internal sealed record DailyRevenue(DateOnly Day, Money Amount, int Payments);
}
