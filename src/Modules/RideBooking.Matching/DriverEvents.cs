using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.Platform.Http;
using RideBooking.Platform.Persistence;

namespace RideBooking.Matching;

/// <summary>An offer, or the ride it became, that is the driver's no more.</summary>
internal sealed record OfferEnded(Guid OfferId, Guid RideId, OfferStatus Status);

/// <summary>
/// What concerns the driver, live: <c>offer</c> when a ride is offered, <c>assigned</c> when they have the ride, <c>over</c> when
/// either has ended. It tells the state and not the history: a client that comes, or comes back, is first told what is true
/// now, so there is nothing to resume and nothing to miss.
/// </summary>
internal static class DriverEvents
{
    /// <summary>These change the driver's offer in the transaction that they come from.</summary>
    static readonly string[] s_changes =
    [
        nameof(DriverOffered),
        nameof(DriverAssigned),
        nameof(OfferDeclined),
        nameof(OfferExpired),
    ];

    /// <summary>
    /// These end it a little later: when matching has heard of them, in whichever process that is. If in this one, the stream
    /// is told.
    /// </summary>
    static readonly string[] s_ends = [nameof(RideCompleted), nameof(RideCancelled), nameof(DriverUnassigned)];

    static readonly TimeSpan s_soon = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan s_slowest = TimeSpan.FromSeconds(5);

    static readonly CompiledQuery<string, Found> s_found = new(
        (db, driverId, _) =>
            (
                from offer in db.Set<Offer>().AsNoTracking()
                join search in db.Set<Search>().AsNoTracking() on offer.RideId equals search.RideId
                where offer.ActiveDriverId == driverId
                select new Found(offer, search)
            ).SingleOrDefault()
    );

    public static void Map(RouteGroupBuilder drivers) =>
        drivers.MapGet("/drivers/me/events", Handle).WithSummary("Follow your offers and rides live");

    static ServerSentEvents Handle(
        Driver driver,
        IServiceScopeFactory scopes,
        EventLogSignal signal,
        TimeProvider clock
    ) => new(Follow(driver.Id, scopes, signal, clock, CancellationToken.None));

    internal static async IAsyncEnumerable<ServerEvent> Follow(
        string driverId,
        IServiceScopeFactory scopes,
        EventLogSignal signal,
        TimeProvider clock,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        // Before the first look, so that nothing falls between.
        using var listener = signal.Listen(driverId);
        ActiveOffer? told = null;
        var (mayEnd, again) = (true, Timeout.InfiniteTimeSpan);
        while (true)
        {
            var before = told;
            foreach (var change in await Poll(scopes, driverId, told, cancellationToken))
            {
                told = change.Now;
                yield return change.Event;
            }

            if (told?.OfferId != before?.OfferId)
                again = Timeout.InfiniteTimeSpan;
            else if (again != Timeout.InfiniteTimeSpan)
                again = again * 2 < s_slowest ? again * 2 : s_slowest;
            if (mayEnd && told is not null && await IsToEnd(scopes, told, cancellationToken))
                again = s_soon;
            mayEnd = false;
            for (var look = false; !look; )
            {
                var (events, missed) = await listener.Hear(again, clock, cancellationToken);
                foreach (var row in events.Where(row => s_ends.Contains(row.EventType)))
                    if (row.StreamId == told?.RideId.ToString())
                        again = s_soon;
                    else
                        mayEnd = true;
                mayEnd |= missed;
                look = missed || events.Count == 0 || events.Any(row => s_changes.Contains(row.EventType));
            }
        }
    }

    /// <summary>Whether the ride is past what ends the offer, which lives only because matching has not heard of it.</summary>
    static async Task<bool> IsToEnd(IServiceScopeFactory scopes, ActiveOffer told, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var ride = told.RideId.ToString();
        return await scope
            .ServiceProvider.GetRequiredService<AppDbContext>()
            .Set<LoggedEvent>()
            .AnyAsync(
                row => row.StreamId == ride && row.StreamVersion != null && s_ends.Contains(row.EventType),
                cancellationToken
            );
    }

    /// <summary>What changed for the driver since the last event. They have at most one active offer.</summary>
    static async Task<List<(ServerEvent Event, ActiveOffer? Now)>> Poll(
        IServiceScopeFactory scopes,
        string driverId,
        ActiveOffer? told,
        CancellationToken cancellationToken
    )
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var found = await s_found.Ask(db, driverId, cancellationToken);

        var changes = new List<(ServerEvent, ActiveOffer?)>();
        if (told is not null && told.OfferId != found?.Offer.OfferId)
        {
            var over = await db.Set<Offer>()
                .AsNoTracking()
                .SingleAsync(offer => offer.OfferId == told.OfferId, cancellationToken);
            changes.Add((new ServerEvent(null, "over", new OfferEnded(over.OfferId, over.RideId, over.Status)), null));
        }
        if (found is not null && (told?.OfferId != found.Offer.OfferId || told.Status != found.Offer.Status))
        {
            var type = found.Offer.Status == OfferStatus.Accepted ? "assigned" : "offer";
            changes.Add(
                (
                    new ServerEvent(null, type, OfferView.Of(found.Offer, found.Search)),
                    new ActiveOffer(found.Offer.OfferId, found.Offer.RideId, found.Offer.Status)
                )
            );
        }
        return changes;
    }

    sealed record Found(Offer Offer, Search Search);

    sealed record ActiveOffer(Guid OfferId, Guid RideId, OfferStatus Status);
}
