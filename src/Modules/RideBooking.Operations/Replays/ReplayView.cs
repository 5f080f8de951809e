using Microsoft.EntityFrameworkCore;
using RideBooking.EventLog;
using RideBooking.EventLog.Subscriptions;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Replays;

/// <summary>A replay as operators see it.</summary>
/// <param name="Id">The replay's id.</param>
/// <param name="Projection">What is computed again.</param>
/// <param name="Status"><c>running</c>, <c>completed</c> or <c>cancelled</c>.</param>
/// <param name="From">The position after which it began; 0 for the whole log.</param>
/// <param name="Position">The position that it has reached.</param>
/// <param name="End">The last position of the event log.</param>
/// <param name="Progress">The part of the events that it has read, 0 to 1.</param>
/// <param name="Parked">How many events it could not apply and has parked.</param>
/// <param name="RatePerSecond">The maximum number of events per second; null for no limit.</param>
/// <param name="StoppedBecause">Why it does not go on.</param>
/// <param name="Host">The host that runs it, or ran it last.</param>
/// <param name="RequestedBy">Who requested it.</param>
/// <param name="Reason">Why.</param>
/// <param name="RequestedAt">When it was requested.</param>
/// <param name="FinishedAt">When it was completed or cancelled.</param>
internal sealed record ReplayView(
    Guid Id,
    string Projection,
    string Status,
    long From,
    long Position,
    long End,
    double Progress,
    int Parked,
    int? RatePerSecond,
    string? StoppedBecause,
    string? Host,
    string RequestedBy,
    string Reason,
    DateTimeOffset RequestedAt,
    DateTimeOffset? FinishedAt
)
{
    public static async Task<ReplayView> Of(Replay replay, AppDbContext db, CancellationToken cancellationToken) =>
        (await Of([replay], db, cancellationToken))[0];

    public static async Task<IReadOnlyList<ReplayView>> Of(
        IReadOnlyList<Replay> replays,
        AppDbContext db,
        CancellationToken cancellationToken
    )
    {
        var projections = replays.Select(replay => replay.Projection).ToHashSet();
        var readers = await db.Set<Subscription>()
            .AsNoTracking()
            .Where(row => projections.Contains(row.Name))
            .ToDictionaryAsync(row => (row.Name, row.Generation), cancellationToken);
        var parked = await db.Set<ParkedEvent>()
            .Where(row => projections.Contains(row.Subscription))
            .GroupBy(row => new { row.Subscription, row.Generation })
            .Select(group => new { group.Key, Count = group.Count() })
            .ToDictionaryAsync(
                group => (group.Key.Subscription, group.Key.Generation),
                it => it.Count,
                cancellationToken
            );
        var end = await db.LastPosition(cancellationToken);
        return
        [
            .. replays.Select(replay =>
                Of(
                    replay,
                    readers.GetValueOrDefault((replay.Projection, replay.Generation)),
                    parked.GetValueOrDefault((replay.Projection, replay.Generation)),
                    end
                )
            ),
        ];
    }

    static ReplayView Of(Replay replay, Subscription? reader, int parked, long end)
    {
        var position = replay.Position ?? reader?.Position ?? replay.From;
        var progress =
            replay.Status == Replay.Completed ? 1
            : end <= replay.From ? 0
            : Math.Round((double)(position - replay.From) / (end - replay.From), 4);
        return new ReplayView(
            replay.Id,
            replay.Projection,
            replay.Status,
            replay.From,
            position,
            end,
            progress,
            parked,
            replay.RatePerSecond,
            replay.Status == Replay.Running ? reader?.StoppedBecause : null,
            reader?.Owner,
            replay.RequestedBy,
            replay.Reason,
            replay.RequestedAt,
            replay.FinishedAt
        );
    }
}
