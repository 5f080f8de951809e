using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideBooking.Operations.ErrorQueues;
using RideBooking.Operations.FailedMessages;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Redrives;

/// <summary>Records which redriven messages their consumers have handled.</summary>
/// <remarks>
/// The inbox entry is committed with what the consumer did, so a host that dies at any moment leaves no wrong outcome behind.
/// That a message failed again is recorded when it comes to the store (<see cref="MoveFailedMessages"/>). Every host looks at all
/// messages whose outcome is pending; two hosts that record the same outcome do no harm.
/// </remarks>
internal sealed class RecordOutcomes(
    HandledMessages handled,
    RedriveOptions options,
    IServiceScopeFactory scopes,
    WorkSignal<RecordOutcomes> signal,
    TimeProvider clock,
    ILogger<RecordOutcomes> logger
) : BackgroundService
{
    static readonly TimeSpan s_pollInterval = TimeSpan.FromSeconds(5);
    static readonly TimeSpan s_minPause = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan s_maxPause = TimeSpan.FromSeconds(2);
    const int Batch = 1000;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = s_minPause;
        while (!stoppingToken.IsCancellationRequested)
            try
            {
                var (pending, recorded) = await Record(stoppingToken);
                // Messages that wait for a redelivery change nothing for minutes.
                pause = recorded > 0 ? s_minPause : TimeSpan.FromTicks(Math.Min(2 * pause.Ticks, s_maxPause.Ticks));
                await signal.Wait(pending > 0 ? pause : s_pollInterval, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { }
            catch (Exception exception)
            {
                logger.LogWarning(
                    exception,
                    "The outcomes of redriven messages could not be read; the next attempt follows"
                );
                await Task.Delay(s_pollInterval, clock, stoppingToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
    }

    /// <summary>Records the outcomes that are known now.</summary>
    /// <returns>How many messages had no outcome, and how many of them have one now.</returns>
    async Task<(int Pending, int Recorded)> Record(CancellationToken cancellationToken)
    {
        var (pending, recorded, last) = (0, 0, "");
        while (true)
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
            var batch = await db.Set<StoredMessage>()
                .Where(row => row.Outcome == Outcomes.Pending && string.Compare(row.Id, last) > 0)
                .OrderBy(row => row.Id)
                .Take(Batch)
                .Select(row => new
                {
                    row.Id,
                    row.MessageId,
                    row.Queue,
                    row.StatusAt,
                })
                .ToListAsync(cancellationToken);
            if (batch.Count == 0)
                return (pending, recorded);
            var known = await handled.Of(db, batch.ConvertAll(row => Guid.Parse(row.MessageId!)), cancellationToken);
            var handledNow = batch
                .Select(row =>
                    (
                        row.Id,
                        IsHandled: known.TryGetValue(
                            (Guid.Parse(row.MessageId!), FailedMessage.EndpointOf(row.Queue)),
                            out var hadEffect
                        ),
                        HadEffect: hadEffect
                    )
                )
                .Where(row => row.IsHandled)
                .ToLookup(row => row.HadEffect == false ? Outcomes.Ignored : Outcomes.Consumed, row => row.Id);
            var expired = clock.GetUtcNow() - options.OutcomeTimeout;
            var unknown = batch
                .Where(row => row.StatusAt < expired)
                .Select(row => row.Id)
                .Except(handledNow.SelectMany(ids => ids))
                .ToList();
            foreach (var ids in handledNow)
                recorded += await Set(db, [.. ids], ids.Key, cancellationToken);
            recorded += await Set(db, unknown, Outcomes.Unknown, cancellationToken);
            pending += batch.Count;
            last = batch[^1].Id;
        }
    }

    static async Task<int> Set(
        AppDbContext db,
        List<string> ids,
        string outcome,
        CancellationToken cancellationToken
    ) =>
        ids.Count == 0
            ? 0
            : await db.Set<StoredMessage>()
                .Where(row => ids.Contains(row.Id) && row.Outcome == Outcomes.Pending)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.Outcome, outcome), cancellationToken);
}
