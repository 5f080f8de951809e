using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.EventLog;
using RideBooking.Platform.Http;
using RideBooking.Platform.Persistence;

namespace RideBooking.Matching;

/// <summary>An offer, or the ride it became, that is the driver's no more.</summary>
internal sealed record OfferOver(Guid OfferId, Guid RideId, OfferStatus Status);

/// <summary>
/// What concerns the driver, live: <c>offer</c> when a ride is offered, <c>assigned</c> when it is his, <c>over</c> when
/// either has ended. It tells the state and not the history: a client that comes, or comes back, is first told what is true
/// now, so there is nothing to resume and nothing to miss.
/// </summary>
internal static class DriverEvents
{
    /// <summary>How soon what another process did is seen; what this one did is seen at once.</summary>
    static readonly TimeSpan s_beat = TimeSpan.FromSeconds(1);

    public static void Map(RouteGroupBuilder drivers) =>
        drivers.MapGet("/drivers/me/events", Handle).WithSummary("Your offers and rides as they come and go (SSE).");

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
        [EnumeratorCancellation] CancellationToken stop
    )
    {
        Living? told = null;
        while (true)
        {
            // Before the look, so that nothing falls between the look and the wait.
            var more = signal.NextSequenced;
            foreach (var change in await Look(scopes, driverId, told, stop))
            {
                told = change.Now;
                yield return change.Event;
            }
            await Task.WhenAny(more, Task.Delay(s_beat, clock, stop));
            stop.ThrowIfCancellationRequested();
        }
    }

    /// <summary>What changed for the driver since he was told last. He has at most one living offer.</summary>
    static async Task<List<(ServerEvent Event, Living? Now)>> Look(
        IServiceScopeFactory scopes,
        string driverId,
        Living? told,
        CancellationToken stop
    )
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var found = await (
            from offer in db.Set<Offer>().AsNoTracking()
            join search in db.Set<Search>().AsNoTracking() on offer.RideId equals search.RideId
            where offer.LivingDriverId == driverId
            select new { offer, search }
        ).SingleOrDefaultAsync(stop);

        var changes = new List<(ServerEvent, Living?)>();
        if (told is not null && told.OfferId != found?.offer.OfferId)
        {
            var over = await db.Set<Offer>().AsNoTracking().SingleAsync(offer => offer.OfferId == told.OfferId, stop);
            changes.Add((new ServerEvent(null, "over", new OfferOver(over.OfferId, over.RideId, over.Status)), null));
        }
        if (found is not null && (told?.OfferId != found.offer.OfferId || told.Status != found.offer.Status))
        {
            var type = found.offer.Status == OfferStatus.Accepted ? "assigned" : "offer";
            changes.Add(
                (
                    new ServerEvent(null, type, OfferView.Of(found.offer, found.search)),
                    new Living(found.offer.OfferId, found.offer.Status)
                )
            );
        }
        return changes;
    }

    sealed record Living(Guid OfferId, OfferStatus Status);
}
