using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.Platform.Events;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Streaming;
using RideBooking.Platform.Persistence;

namespace RideBooking.Matching;

/// <summary>Streams what a driver has to do: their state, and then every change of it; see <see cref="DriversWork"/>.</summary>
/// <remarks>
/// Both are folds of the event log, so the id of a message is a position of the log, and a client that reconnects with the last
/// one misses and repeats nothing, whichever process it reaches. The log has no index of drivers. The offers have, and a driver
/// has one offer at a time, so the rides that a driver was concerned with since a position are those offered to them since, and
/// the one offered last before.
/// </remarks>
internal sealed class FollowOffers(IServiceScopeFactory scopes, EventLogSignal signal, TimeProvider clock)
{
    // The stream of a driver who was away for longer begins with the current state.
    const int MaxOffers = 500;
    const int MaxEvents = 10_000;

    // The clocks of processes differ.
    static readonly TimeSpan s_clockTolerance = TimeSpan.FromMinutes(5);

    public static void Map(RouteGroupBuilder drivers) =>
        drivers
            .MapGet("/drivers/me/events", Handle)
            .WithSummary("Follow your offers and rides live")
            .WithDescription(
                "Server-sent events. A new connection begins with your current state: `offer` if a ride is offered to you, "
                    + "`assigned` if you have one, with `arrived` or `started` if you have reported that. Then each change: `offer`, "
                    + "`assigned`, `arrived`, `started`, `destination` when the rider has changed where the ride goes, `ended` when you no "
                    + "longer have the offer or the ride, and `offline` when "
                    + "your shift has ended. Ids are positions in the event log: after a reconnect with `Last-Event-ID` you "
                    + "receive what came since, without a gap and without a repeat. After more than 500 offers the stream begins "
                    + "with the current state again."
            )
            .Refuses(StatusCodes.Status400BadRequest, PositionBeyondEnd.Code);

    static async Task<Results<ServerSentEvents, ProblemHttpResult>> Handle(
        Driver driver,
        LastEventId last,
        FollowOffers follow,
        AppDbContext db,
        CancellationToken cancellationToken
    )
    {
        if (last.Value is { } after && await PositionBeyondEnd.Check(db, after, cancellationToken) is { } refused)
            return refused;
        return new ServerSentEvents(follow.Events(driver.Id, last.Value, default));
    }

    /// <param name="driverId">The driver.</param>
    /// <param name="after">The id of the last message that the client has received; null on a new connection.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    internal async IAsyncEnumerable<ServerEvent> Events(
        string driverId,
        long? after,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        // Before the first query, so that no event is missed in between.
        using var listener = signal.Listen(driverId);
        var (work, position) = (new DriversWork(driverId), after ?? 0);
        var (isNew, mustRead) = (after is null, true);
        string? ride = null;
        while (true)
        {
            if (mustRead && !isNew)
            {
                if (await Missed(driverId, position, cancellationToken) is not { } read)
                    isNew = true;
                else
                {
                    work = new DriversWork(driverId);
                    foreach (var row in read.Events)
                    {
                        (work, var message) = work.After(EventCatalogue.Published.Read(row));
                        if (row.Position > position && message is not null)
                            yield return new ServerEvent(row.Position, message.Type, message.Data);
                    }
                    position = Math.Max(position, read.UpTo);
                }
            }
            if (isNew)
            {
                (work, position) = await InScope(db => Now(db, driverId, cancellationToken));
                // The id first: a client that is cut off before its first message also resumes here.
                yield return ServerEvent.Place(position);
                foreach (var message in work.Messages)
                    yield return new ServerEvent(position, message.Type, message.Data);
                isNew = false;
            }
            // The ride's events that name no driver: listen first, and read what was not listened to.
            if (work.Current?.RideId.ToString() is var current && current != ride)
            {
                if (ride is not null)
                    listener.Remove(ride);
                ride = current;
            }
            mustRead = ride is not null && listener.Add(ride);
            if (mustRead)
                continue;

            (var received, mustRead) = await listener.Receive(Timeout.InfiniteTimeSpan, clock, cancellationToken);
            foreach (var row in received.Where(row => row.Position > position))
            {
                var happened = EventCatalogue.Published.Read(row);
                if (happened is DriverOffered offered && offered.DriverId == driverId)
                {
                    mustRead = true;
                    listener.Add(row.StreamId);
                }
                if (mustRead)
                    break;
                (work, var message) = work.After(happened);
                position = row.Position!.Value;
                if (message is not null)
                    yield return new ServerEvent(position, message.Type, message.Data);
            }
        }
    }

    // The end first: the queries see the log at different moments, but each sees every event up to there.
    Task<(IReadOnlyList<LoggedEvent> Events, long UpTo)?> Missed(
        string driverId,
        long position,
        CancellationToken cancellationToken
    ) =>
        InScope(async db =>
            await Since(db, driverId, position, await db.LastPosition(cancellationToken), cancellationToken)
        );

    async Task<T> InScope<T>(Func<AppDbContext, Task<T>> read)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await read(scope.ServiceProvider.GetRequiredService<AppDbContext>());
    }

    /// <summary>Returns the driver's state now, and the position in the log up to which it is folded.</summary>
    static async Task<(DriversWork Work, long Position)> Now(
        AppDbContext db,
        string driverId,
        CancellationToken cancellationToken
    )
    {
        // What the driver has just done is in the state: its events are numbered first. An offer and its event are committed
        // together, so the offer of every event up to the position is found.
        await Sequencer.CatchUp(db, cancellationToken);
        var position = await db.LastPosition(cancellationToken);
        var rideId = await ActiveRide(db, driverId, cancellationToken);
        var work = new DriversWork(driverId);
        if (rideId is null)
            return (work, position);
        var filter = new EventFilter(StreamId: $"{rideId}", UpTo: position);
        foreach (var row in await db.ReadNumbered(filter, MaxEvents, cancellationToken))
            (work, _) = work.After(EventCatalogue.Published.Read(row));
        return (work, position);
    }

    internal static Task<Guid?> ActiveRide(AppDbContext db, string driverId, CancellationToken cancellationToken) =>
        db.Set<Offer>()
            .Where(offer => offer.ActiveDriverId == driverId)
            .Select(offer => (Guid?)offer.RideId)
            .SingleOrDefaultAsync(cancellationToken);

    /// <summary>
    /// Returns the events after a position and up to the end that concern the driver, with the earlier ones of the same rides, in
    /// order; null if there are too many.
    /// </summary>
    internal static async Task<(IReadOnlyList<LoggedEvent> Events, long UpTo)?> Since(
        AppDbContext db,
        string driverId,
        long position,
        long end,
        CancellationToken cancellationToken
    )
    {
        var seen = position > 0 ? await db.EventAt(position, cancellationToken) : null;
        var since = seen is null ? DateTimeOffset.MinValue : seen.Timestamp - s_clockTolerance;
        var offers = db.Set<Offer>().AsNoTracking().Where(offer => offer.DriverId == driverId);
        var later = await offers
            .Where(offer => offer.OfferedAt > since)
            .OrderBy(offer => offer.OfferedAt)
            .Select(offer => offer.RideId)
            .Take(MaxOffers + 1)
            .ToListAsync(cancellationToken);
        if (later.Count > MaxOffers)
            return null;
        var before = await offers
            .Where(offer => offer.OfferedAt <= since)
            .OrderByDescending(offer => offer.OfferedAt)
            .Select(offer => offer.RideId)
            .Take(1)
            .ToListAsync(cancellationToken);
        var rides = later.Concat(before).Distinct().Select(ride => ride.ToString()).ToList();
        var ofRides = await db.ReadStreams(rides, cancellationToken);
        var own = await db.ReadNumbered(
            new EventFilter(position, StreamId: driverId, UpTo: end),
            MaxEvents,
            cancellationToken
        );
        var events = ofRides.Events.SelectMany(stream => stream).Where(row => row.Position <= end).Concat(own);
        return ([.. events.OrderBy(row => row.Position)], end);
    }
}
