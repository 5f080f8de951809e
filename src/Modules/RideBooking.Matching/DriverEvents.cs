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

/// <summary>An offer, or the ride that resulted from it, that the driver no longer has.</summary>
internal sealed record OfferEnded(Guid OfferId, Guid RideId, OfferStatus Status);

/// <summary>
/// Streams the driver's state: <c>offer</c> when a ride is offered, <c>assigned</c> when they have the ride, <c>over</c> when
/// either has ended.
/// </summary>
/// <remarks>
/// The stream carries the state and not the history. A client that connects or reconnects first receives the current state, so
/// there is nothing to resume and no event to miss.
/// </remarks>
internal static class DriverEvents
{
    /// <summary>Events that change the driver's offer in the transaction that publishes them.</summary>
    static readonly string[] s_changes =
    [
        nameof(DriverOffered),
        nameof(DriverAssigned),
        nameof(OfferDeclined),
        nameof(OfferExpired),
    ];

    /// <summary>
    /// Events that end the offer a little later, when matching has consumed them in any process. Only a consumer in this process
    /// signals the stream.
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
        // Before the first poll, so that no event is missed in between.
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

    /// <summary>
    /// Whether the ride has an event that ends the offer, which is active only because matching has not consumed it yet.
    /// </summary>
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

    /// <summary>Returns what changed for the driver since the last event. They have at most one active offer.</summary>
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
