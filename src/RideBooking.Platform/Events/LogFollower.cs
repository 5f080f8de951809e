using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RideBooking.EventLog;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Events;

/// <summary>Follows the whole event log, in position order.</summary>
/// <remarks>
/// Positions have no gap and become visible in order, so reading on after the last one misses nothing. A signal only says
/// that there is more: a slow reader keeps no events in memory but the batch that it reads, and one query reads what many
/// signals announced.
/// </remarks>
public sealed partial class LogFollower(
    IServiceScopeFactory scopes,
    EventLogSignal signal,
    TimeProvider clock,
    ILogger<LogFollower> logger
)
{
    const int Batch = 500;

    // Under load a reader takes what came in this time with one query, instead of one for every commit.
    static readonly TimeSpan s_minInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Follows the events that the filter selects, each once and in order, as many at a time as there are, up to 500. Waiting
    /// holds no connection.
    /// </summary>
    /// <remarks>It ends only when the log becomes shorter than what was read: the database was restored.</remarks>
    /// <param name="filter">Which events, and the position to begin after.</param>
    /// <param name="cancellationToken">Ends the enumeration, with <see cref="OperationCanceledException"/>.</param>
    public async IAsyncEnumerable<IReadOnlyList<LoggedEvent>> Batches(
        EventFilter filter,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using var listener = signal.ListenToLog();
        while (true)
        {
            var begun = clock.GetTimestamp();
            var (found, last) = await Read(filter, cancellationToken);
            if (last < filter.After)
            {
                LogEnd(last, filter.After);
                yield break;
            }
            if (found.Count > 0)
            {
                yield return found;
                filter = filter with { After = found[^1].Position!.Value };
            }
            if (found.Count == Batch)
                continue;
            // The next query need not look again at events that the filter does not select.
            filter = filter with
            {
                After = Math.Max(filter.After, last),
            };
            await listener.Receive(Timeout.InfiniteTimeSpan, clock, cancellationToken);
            if (s_minInterval - clock.GetElapsedTime(begun) is { Ticks: > 0 } pause)
                await Task.Delay(pause, clock, cancellationToken);
        }
    }

    async Task<(List<LoggedEvent> Found, long Last)> Read(EventFilter filter, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        // The end first: events that are numbered between the two queries are read now or after their signal.
        var last = await db.LastPosition(cancellationToken);
        return (await db.ReadNumbered(filter, Batch, cancellationToken), last);
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The event log ends at position {Last}, but a reader has read up to {After}: the database was restored. The reader's stream ends, and its reconnect is refused"
    )]
    partial void LogEnd(long last, long after);
}
