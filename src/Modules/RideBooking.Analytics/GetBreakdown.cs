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
using RideBooking.Platform.Persistence;

namespace RideBooking.Analytics;

/// <summary>Returns the metrics of a period, grouped by hour or day, city and vehicle class.</summary>
/// <remarks>
/// What concerns a ride counts in the hour in which it was requested, so that the numbers of an hour belong together: the rides,
/// the offers that were made for them, and what was paid for them. The drivers' time counts in the hour in which it passes.
/// </remarks>
internal static class GetBreakdown
{
    const string Hour = "hour";
    const string Day = "day";
    const string City = "city";
    const string Class = "class";

    static readonly string[] s_groups = [Hour, Day, City, Class];
    static readonly TimeSpan s_maxPeriod = TimeSpan.FromDays(31);

    // No trip takes longer.
    static readonly TimeSpan s_maxTrip = TimeSpan.FromDays(1);

    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapGet("/operations/analytics/breakdown", Handle)
            .WithSummary("Get the metrics of a period by hour, day, city and vehicle class")
            .WithDescription(
                "From `from` up to but not including `to` (RFC 3339); by default the last 24 hours, at most 31 days. `groupBy` is one or "
                    + $"several of {string.Join(", ", s_groups)}, with commas between them; by default `hour,city,class`. `city` and "
                    + "`vehicleClass` select one of them; an empty `city` selects what is in no city. Hours and days are those of the "
                    + "city's time zone. What concerns a ride counts in the hour in which it was requested; the drivers' time in the hour "
                    + "in which it passes, by the class of their vehicle. Eventually consistent: the metrics reflect an event within moments."
            );

    static async Task<Results<Ok<View>, ProblemHttpResult>> Handle(
        string? from,
        string? to,
        string? groupBy,
        string? city,
        string? vehicleClass,
        AppDbContext db,
        [FromServices] ITariffLocale? locale,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var (period, refused) = Period.Read(from, to, s_maxPeriod, clock.GetUtcNow());
        if (period is null)
            return refused!;
        var groups = groupBy?.Split(',') ?? [Hour, City, Class];
        if (groups.Except(s_groups).Any() || groups.Distinct().Count() != groups.Length)
            return Problem.Validation("groupBy", $"must be one or several of: {string.Join(", ", s_groups)}");
        var selection = new Selection(
            period,
            groups.ToHashSet(),
            city,
            vehicleClass,
            locale is null ? _ => TimeZoneInfo.Utc : locale.TimeZoneOf,
            locale is null ? _ => null : locale.CityOf
        );
        return TypedResults.Ok(
            await db.InOneGeneration(
                [RideFacts.Projection, OfferFacts.Projection, ShiftFacts.Projection],
                () => Of(db, selection, clock.GetUtcNow(), cancellationToken),
                cancellationToken
            )
        );
    }

    internal static async Task<View> Of(
        AppDbContext db,
        Selection selection,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var ((from, to), cells) = (selection.Period, new Dictionary<Key, Cell>());
        var rides = db.Set<RideFacts>().AsNoTracking().Where(ride => ride.RequestedAt >= from && ride.RequestedAt < to);
        if (selection.City is { } city)
            rides = city.Length == 0 ? rides.Where(ride => ride.City == null) : rides.Where(ride => ride.City == city);
        if (selection.VehicleClass is { } vehicleClass)
            rides = rides.Where(ride => ride.VehicleClass == vehicleClass);

        await AddRides(cells, selection, rides, cancellationToken);
        await AddCancellations(cells, selection, rides, cancellationToken);
        await AddOffers(cells, selection, rides, db.Set<OfferFacts>(), cancellationToken);
        await AddRevenue(cells, selection, rides, cancellationToken);
        await AddShifts(cells, selection, db, now, cancellationToken);
        await AddTrips(cells, selection, db, now, cancellationToken);
        return new View(
            from,
            to,
            [
                .. cells
                    .OrderBy(cell => cell.Key.Hour)
                    .ThenBy(cell => cell.Key.Day)
                    .ThenBy(cell => cell.Key.City, StringComparer.Ordinal)
                    .ThenBy(cell => cell.Key.VehicleClass, StringComparer.Ordinal)
                    .Select(cell => cell.Value.Item(cell.Key)),
            ]
        );
    }

    static async Task AddRides(
        Dictionary<Key, Cell> cells,
        Selection selection,
        IQueryable<RideFacts> rides,
        CancellationToken cancellationToken
    )
    {
        var found = await rides
            .GroupBy(ride => new
            {
                ride.RequestedQuarter,
                ride.City,
                ride.VehicleClass,
            })
            .Select(group => new
            {
                group.Key,
                Rides = group.Count(),
                Completed = group.Count(ride => ride.Outcome == RideStatuses.Completed),
                NoDriverFound = group.Count(ride => ride.Outcome == RideStatuses.NoDriverFound),
                Matched = group.Count(ride => ride.MatchSeconds != null),
                MatchSeconds = group.Sum(ride => (long?)ride.MatchSeconds) ?? 0,
                PickedUp = group.Count(ride => ride.PickupSeconds != null),
                PickupSeconds = group.Sum(ride => (long?)ride.PickupSeconds) ?? 0,
            })
            .ToListAsync(cancellationToken);
        foreach (var group in found)
        {
            var cell = cells.At(
                selection.KeyOf(group.Key.RequestedQuarter!.Value, group.Key.City, group.Key.VehicleClass)
            );
            cell.Requested += group.Rides;
            cell.Completed += group.Completed;
            cell.NoDriverFound += group.NoDriverFound;
            cell.Matched += group.Matched;
            cell.MatchSeconds += group.MatchSeconds;
            cell.PickedUp += group.PickedUp;
            cell.PickupSeconds += group.PickupSeconds;
        }
    }

    static async Task AddCancellations(
        Dictionary<Key, Cell> cells,
        Selection selection,
        IQueryable<RideFacts> rides,
        CancellationToken cancellationToken
    )
    {
        var found = await rides
            .Where(ride => ride.CancelledBy != null)
            .GroupBy(ride => new
            {
                ride.RequestedQuarter,
                ride.City,
                ride.VehicleClass,
                ride.CancelledBy,
                ride.CancelledAtStage,
            })
            .Select(group => new { group.Key, Rides = group.Count() })
            .ToListAsync(cancellationToken);
        foreach (var group in found)
        {
            var cell = cells.At(
                selection.KeyOf(group.Key.RequestedQuarter!.Value, group.Key.City, group.Key.VehicleClass)
            );
            var cause = (group.Key.CancelledAtStage, group.Key.CancelledBy!);
            cell.Cancelled[cause] = cell.Cancelled.GetValueOrDefault(cause) + group.Rides;
        }
    }

    static async Task AddOffers(
        Dictionary<Key, Cell> cells,
        Selection selection,
        IQueryable<RideFacts> rides,
        IQueryable<OfferFacts> offers,
        CancellationToken cancellationToken
    )
    {
        var found = await rides
            .Join(
                offers.Where(offer => offer.OfferedAt != null),
                ride => ride.RideId,
                offer => offer.RideId,
                (ride, offer) =>
                    new
                    {
                        ride.RequestedQuarter,
                        ride.City,
                        ride.VehicleClass,
                        offer.Answer,
                    }
            )
            .GroupBy(offer => offer)
            .Select(group => new { group.Key, Offers = group.Count() })
            .ToListAsync(cancellationToken);
        foreach (var group in found)
        {
            var cell = cells.At(
                selection.KeyOf(group.Key.RequestedQuarter!.Value, group.Key.City, group.Key.VehicleClass)
            );
            cell.Offered += group.Offers;
            if (group.Key.Answer == OfferAnswer.Accepted)
                cell.Accepted += group.Offers;
            if (group.Key.Answer is OfferAnswer.Accepted or OfferAnswer.Declined or OfferAnswer.Expired)
                cell.Decided += group.Offers;
        }
    }

    // What was captured, without what was refunded of it.
    static async Task AddRevenue(
        Dictionary<Key, Cell> cells,
        Selection selection,
        IQueryable<RideFacts> rides,
        CancellationToken cancellationToken
    )
    {
        var found = await rides
            .Where(ride => ride.CapturedAt != null)
            .GroupBy(ride => new
            {
                ride.RequestedQuarter,
                ride.City,
                ride.VehicleClass,
                ride.Captured!.Currency,
            })
            .Select(group => new
            {
                group.Key,
                Amount = group.Sum(ride => ride.Captured!.Amount),
                Refunded = group.Sum(ride => (decimal?)ride.Refunded!.Amount) ?? 0,
                Payments = group.Count(),
            })
            .ToListAsync(cancellationToken);
        foreach (var group in found)
        {
            var cell = cells.At(
                selection.KeyOf(group.Key.RequestedQuarter!.Value, group.Key.City, group.Key.VehicleClass)
            );
            var (amount, payments) = cell.Revenue.GetValueOrDefault(group.Key.Currency);
            cell.Revenue[group.Key.Currency] = (amount + group.Amount - group.Refunded, payments + group.Payments);
        }
    }

    static async Task AddShifts(
        Dictionary<Key, Cell> cells,
        Selection selection,
        AppDbContext db,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var (from, to) = selection.Period;
        var shifts = db.Set<ShiftFacts>()
            .Where(shift => shift.OnlineAt < to && (shift.OfflineAt == null || shift.OfflineAt > from))
            .Select(shift => new
            {
                shift.OnlineAt,
                shift.OfflineAt,
                shift.VehicleClass,
                shift.Lat,
                shift.Lng,
            });
        await foreach (var shift in shifts.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            var city = selection.CityOf(new Place(shift.Lat ?? 0, shift.Lng ?? 0));
            if (selection.Selects(city, shift.VehicleClass))
                Add(
                    cells,
                    selection,
                    (shift.OnlineAt!.Value, shift.OfflineAt ?? now),
                    city,
                    shift.VehicleClass,
                    (cell, seconds) => cell.OnDutySeconds += seconds
                );
        }
    }

    static async Task AddTrips(
        Dictionary<Key, Cell> cells,
        Selection selection,
        AppDbContext db,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var (from, to) = selection.Period;
        var earliest = from - s_maxTrip;
        var trips = db.Set<OfferFacts>()
            .Where(offer => offer.AcceptedAt >= earliest && offer.AcceptedAt < to)
            .Join(
                db.Set<RideFacts>(),
                offer => offer.RideId,
                ride => ride.RideId,
                (offer, ride) =>
                    new
                    {
                        offer.AcceptedAt,
                        End = offer.ReleasedAt ?? ride.EndedAt,
                        ride.City,
                        offer.VehicleClass,
                    }
            );
        await foreach (var trip in trips.AsAsyncEnumerable().WithCancellation(cancellationToken))
            if (selection.Selects(trip.City, trip.VehicleClass))
                Add(
                    cells,
                    selection,
                    (trip.AcceptedAt!.Value, trip.End ?? now),
                    trip.City,
                    trip.VehicleClass,
                    (cell, seconds) => cell.OnTripSeconds += seconds
                );
    }

    /// <summary>Adds the seconds of an interval to the cells of the quarters of an hour through which it passes.</summary>
    static void Add(
        Dictionary<Key, Cell> cells,
        Selection selection,
        (DateTimeOffset From, DateTimeOffset To) interval,
        string? city,
        string? vehicleClass,
        Action<Cell, double> add
    )
    {
        var begin = interval.From > selection.Period.From ? interval.From : selection.Period.From;
        var end = interval.To < selection.Period.To ? interval.To : selection.Period.To;
        while (begin < end)
        {
            var next = begin.Quarter() + Bucket.Length;
            if (next > end)
                next = end;
            add(cells.At(selection.KeyOf(begin.Quarter(), city, vehicleClass)), (next - begin).TotalSeconds);
            begin = next;
        }
    }

    static Cell At(this Dictionary<Key, Cell> cells, Key key)
    {
        if (!cells.TryGetValue(key, out var cell))
            cells.Add(key, cell = new Cell());
        return cell;
    }

    /// <summary>What is counted, and how it is grouped.</summary>
    internal sealed record Selection(
        Period Period,
        IReadOnlySet<string> Groups,
        string? City,
        string? VehicleClass,
        Func<string?, TimeZoneInfo> ZoneOf,
        Func<Place, string?> CityOf
    )
    {
        public Key KeyOf(DateTimeOffset quarter, string? city, string? vehicleClass) =>
            new(
                Groups.Contains(Hour) ? quarter.HourIn(ZoneOf(city)) : null,
                Groups.Contains(Day) ? quarter.DayIn(ZoneOf(city)) : null,
                Groups.Contains(GetBreakdown.City) ? city : null,
                Groups.Contains(Class) ? vehicleClass : null
            );

        public bool Selects(string? city, string? vehicleClass) =>
            (City is null || City == (city ?? "")) && (VehicleClass is null || VehicleClass == vehicleClass);
    }

    /// <summary>What a cell is about; null for what is not grouped.</summary>
    internal sealed record Key(DateTimeOffset? Hour, DateOnly? Day, string? City, string? VehicleClass);

    /// <summary>The sums of a cell.</summary>
    sealed class Cell
    {
        public int Requested;
        public int Completed;
        public int NoDriverFound;
        public int Matched;
        public long MatchSeconds;
        public int PickedUp;
        public long PickupSeconds;
        public int Offered;
        public int Accepted;
        public int Decided;
        public double OnDutySeconds;
        public double OnTripSeconds;

        public Dictionary<(string? Stage, string By), int> Cancelled { get; } = [];

        public Dictionary<string, (decimal Amount, int Payments)> Revenue { get; } = [];

        public Item Item(Key key) =>
            new(
                key.Hour,
                key.Day,
                key.City,
                key.VehicleClass,
                Requested,
                Completed,
                NoDriverFound,
                [
                    .. Cancelled
                        .OrderBy(cause => cause.Key.Stage, StringComparer.Ordinal)
                        .ThenBy(cause => cause.Key.By, StringComparer.Ordinal)
                        .Select(cause => new Cancellation(cause.Key.Stage, cause.Key.By, cause.Value)),
                ],
                Offered,
                Accepted,
                GetSummary.Share(Accepted, Decided),
                Mean(MatchSeconds, Matched),
                Mean(PickupSeconds, PickedUp),
                [
                    .. Revenue
                        .OrderBy(money => money.Key, StringComparer.Ordinal)
                        .Select(money => new Revenue(new Money(money.Value.Amount, money.Key), money.Value.Payments)),
                ],
                (long)Math.Round(OnDutySeconds),
                (long)Math.Round(OnTripSeconds),
                OnDutySeconds == 0 ? null : Math.Round(OnTripSeconds / OnDutySeconds, 4)
            );

        static double? Mean(long sum, int count) => count == 0 ? null : Math.Round((double)sum / count, 1);
    }

    /// <summary>The metrics of a period.</summary>
    /// <param name="From">The start of the period, inclusive.</param>
    /// <param name="To">The end of the period, exclusive.</param>
    /// <param name="Items">The groups, in the order of their time. Those without anything are omitted.</param>
    internal sealed record View(DateTimeOffset From, DateTimeOffset To, IReadOnlyList<Item> Items);

    /// <summary>The metrics of one group. Hour, day, city and class are null if the metrics are not grouped by them.</summary>
    /// <param name="Hour">The start of the hour in the city's time zone, an instant in UTC.</param>
    /// <param name="Day">The day in the city's time zone.</param>
    /// <param name="City">The code of the city; null also if there is none.</param>
    /// <param name="VehicleClass">The requested class; of drivers' time, the class of their vehicle.</param>
    /// <param name="Requested">The number of requested rides.</param>
    /// <param name="Completed">The number of them that were completed.</param>
    /// <param name="NoDriverFound">The number of them for which no driver was found.</param>
    /// <param name="Cancelled">The cancelled ones, by stage and by who cancelled.</param>
    /// <param name="Offered">The number of offers made for them.</param>
    /// <param name="Accepted">The number of accepted offers.</param>
    /// <param name="AcceptanceRate">
    /// The accepted part of the offers that drivers decided (accepted, declined or expired), 0 to 1; null if there were none.
    /// </param>
    /// <param name="MatchSeconds">The mean time from the request, or the begin of the search for a ride booked ahead, to the first assignment, seconds; null without one.</param>
    /// <param name="PickupSeconds">
    /// The mean time from the last assignment to the arrival, seconds; null without one.
    /// </param>
    /// <param name="Revenue">The amounts captured for them, without what was refunded since.</param>
    /// <param name="OnDutySeconds">The time that drivers were on duty, seconds.</param>
    /// <param name="OnTripSeconds">The time of that from an assignment to the end of the ride, seconds.</param>
    /// <param name="Utilisation">The part of the time on duty that was on trips; null without time on duty.</param>
    internal sealed record Item(
        DateTimeOffset? Hour,
        DateOnly? Day,
        string? City,
        string? VehicleClass,
        int Requested,
        int Completed,
        int NoDriverFound,
        IReadOnlyList<Cancellation> Cancelled,
        int Offered,
        int Accepted,
        double? AcceptanceRate,
        double? MatchSeconds,
        double? PickupSeconds,
        IReadOnlyList<Revenue> Revenue,
        long OnDutySeconds,
        long OnTripSeconds,
        double? Utilisation
    );

    /// <summary>Cancelled rides with the same cause.</summary>
    /// <param name="Stage">The status until then; null in rides from before this was recorded.</param>
    /// <param name="By">Who cancelled. A driver does so when the rider does not come.</param>
    /// <param name="Rides">The number of rides.</param>
    internal sealed record Cancellation(string? Stage, string By, int Rides);

    /// <summary>The amounts captured in one currency.</summary>
    /// <param name="Amount">The amount, without what was refunded since.</param>
    /// <param name="Payments">The number of payments.</param>
    internal sealed record Revenue(Money Amount, int Payments);
}
