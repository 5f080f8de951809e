using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.Streaming;
using RideBooking.Platform.Persistence;

namespace RideBooking.Matching;

/// <summary>
/// Streams the driver's state: <c>offer</c> when a ride is offered, <c>assigned</c> when they have the ride, <c>destination</c>
/// when the rider has changed where it goes, <c>ended</c> when offer or ride has ended.
/// </summary>
/// <remarks>
/// The stream carries the state and not the history. A client that connects or reconnects first receives the current state, so
/// there is nothing to resume and no event to miss.
/// </remarks>
internal static class FollowOffers
{
    /// <summary>Events that change the driver's offer in the transaction that publishes them.</summary>
    static readonly string[] s_changes =
    [
        nameof(DriverOffered),
        nameof(DriverAssigned),
        nameof(OfferDeclined),
        nameof(OfferExpired),
    ];

    static readonly TimeSpan s_minDelay = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan s_maxDelay = TimeSpan.FromSeconds(5);

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
        ActiveOffer? known = null;
        var (mayEnd, delay) = (true, Timeout.InfiniteTimeSpan);
        var awaited = 0;
        while (true)
        {
            var before = known;
            foreach (var change in await Poll(scopes, driverId, known, cancellationToken))
            {
                known = change.Now;
                yield return change.Event;
            }

            if (known?.OfferId != before?.OfferId)
                (delay, awaited) = (Timeout.InfiniteTimeSpan, 0);
            else if (awaited > 0 && known?.DestinationChange >= awaited)
                (delay, awaited) = (Timeout.InfiniteTimeSpan, 0);
            else if (delay != Timeout.InfiniteTimeSpan)
                delay = delay * 2 < s_maxDelay ? delay * 2 : s_maxDelay;
            if (mayEnd && known is not null && await IsEnding(scopes, known, cancellationToken))
                delay = s_minDelay;
            mayEnd = false;
            for (var poll = false; !poll; )
            {
                var (events, missed) = await listener.Receive(delay, clock, cancellationToken);
                foreach (var row in events.Where(row => Offers.Ends.Contains(row.EventType)))
                    if (row.StreamId == known?.RideId.ToString())
                        delay = s_minDelay;
                    else
                        mayEnd = true;
                foreach (var row in events.Where(row => row.EventType == nameof(DestinationChanged)))
                    if (
                        known is not null
                        && row.StreamId == known.RideId.ToString()
                        && NumberOf(row) is var number
                        && number > Math.Max(awaited, known.DestinationChange)
                    )
                        (delay, awaited) = (s_minDelay, number);
                mayEnd |= missed;
                poll = missed || events.Count == 0 || events.Any(row => s_changes.Contains(row.EventType));
            }
        }
    }

    /// <summary>
    /// Whether the ride has an event that ends the offer, which is active only because matching has not consumed it yet.
    /// </summary>
    static async Task<bool> IsEnding(
        IServiceScopeFactory scopes,
        ActiveOffer known,
        CancellationToken cancellationToken
    )
    {
        await using var scope = scopes.CreateAsyncScope();
        var ride = known.RideId.ToString();
        return await scope
            .ServiceProvider.GetRequiredService<AppDbContext>()
            .Set<LoggedEvent>()
            .AnyAsync(
                row => row.StreamId == ride && row.StreamVersion != null && Offers.Ends.Contains(row.EventType),
                cancellationToken
            );
    }

    /// <summary>Returns what changed for the driver since the last event. They have at most one active offer.</summary>
    static async Task<List<(ServerEvent Event, ActiveOffer? Now)>> Poll(
        IServiceScopeFactory scopes,
        string driverId,
        ActiveOffer? known,
        CancellationToken cancellationToken
    )
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var found = await s_found.Execute(db, driverId, cancellationToken);

        var changes = new List<(ServerEvent, ActiveOffer?)>();
        if (known is not null && known.OfferId != found?.Offer.OfferId)
        {
            var ended = await db.Set<Offer>()
                .AsNoTracking()
                .SingleAsync(offer => offer.OfferId == known.OfferId, cancellationToken);
            changes.Add(
                (new ServerEvent(null, "ended", new OfferEnded(ended.OfferId, ended.RideId, ended.Status)), null)
            );
        }
        var isNew = known?.OfferId != found?.Offer.OfferId || known?.Status != found?.Offer.Status;
        if (found is not null && (isNew || known?.DestinationChange != found.Search.DestinationChange))
        {
            var type =
                !isNew ? "destination"
                : found.Offer.Status == OfferStatus.Accepted ? "assigned"
                : "offer";
            changes.Add(
                (
                    new ServerEvent(null, type, OfferView.Of(found.Offer, found.Search)),
                    new ActiveOffer(
                        found.Offer.OfferId,
                        found.Offer.RideId,
                        found.Offer.Status,
                        found.Search.DestinationChange
                    )
                )
            );
        }
        return changes;
    }

    // The number is not personal data, so it is readable in the stored event.
    static int NumberOf(LoggedEvent row)
    {
        using var payload = JsonDocument.Parse(row.StoredPayload);
        return payload.RootElement.GetProperty("number").GetInt32();
    }

    sealed record Found(Offer Offer, Search Search);

    sealed record ActiveOffer(Guid OfferId, Guid RideId, OfferStatus Status, int DestinationChange);

    /// <summary>An offer, or the ride that resulted from it, that the driver no longer has.</summary>
    /// <param name="OfferId">The offer.</param>
    /// <param name="RideId">The ride.</param>
    /// <param name="Status">How the offer ended.</param>
    internal sealed record OfferEnded(Guid OfferId, Guid RideId, OfferStatus Status);
}
