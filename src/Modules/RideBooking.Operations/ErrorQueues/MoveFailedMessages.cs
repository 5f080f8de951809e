using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideBooking.Operations.FailedMessages;
using RideBooking.Operations.Redrives;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.ErrorQueues;

/// <summary>Moves failed messages from the error and skipped queues to the store, where operators find them.</summary>
/// <remarks>
/// Every host moves the messages that failed in it as soon as they fail, and looks regularly for others: those of a host that
/// died, and those that the broker itself moved to an error queue. While the database is unavailable, messages stay in their
/// queues.
/// </remarks>
internal sealed class MoveFailedMessages(
    IErrorQueues queues,
    ReceiveEndpoints endpoints,
    WorkSignal<MoveFailedMessages> signal,
    RedriveOptions options,
    IServiceScopeFactory scopes,
    TimeProvider clock,
    ILogger<MoveFailedMessages> logger
) : BackgroundService
{
    static readonly TimeSpan s_pollInterval = TimeSpan.FromSeconds(2);

    // A failure is reported shortly before the message is in its error queue, and failures often come together.
    static readonly TimeSpan s_arrival = TimeSpan.FromMilliseconds(50);

    bool _fails;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
            try
            {
                await MoveAll(stoppingToken);
                _fails = false;
                await signal.Wait(s_pollInterval, stoppingToken);
                await Task.Delay(s_arrival, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { }
            catch (Exception exception)
            {
                // Once for each outage of the database or the broker.
                if (!_fails)
                    logger.LogWarning(
                        exception,
                        "Failed messages could not be moved to the store; they stay in their queues until an attempt succeeds"
                    );
                _fails = true;
                await Task.Delay(s_pollInterval, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
    }

    /// <summary>Moves all failed messages that are in the queues now.</summary>
    public Task MoveAll(CancellationToken cancellationToken) =>
        queues.Move(ErrorQueueNames.Of(endpoints), batch => Store(batch, cancellationToken), cancellationToken);

    async Task Store(IReadOnlyList<FailedMessage> batch, CancellationToken cancellationToken)
    {
        while (true)
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
                var ids = batch.Select(message => message.Id).Distinct().ToList();
                var known = await db.Set<StoredMessage>()
                    .Where(row => ids.Contains(row.Id))
                    .ToDictionaryAsync(row => row.Id, cancellationToken);
                var now = clock.GetUtcNow();
                await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
                List<StoredMessage> added = [];
                // A queue may hold a message twice. It counts once.
                foreach (var message in batch.DistinctBy(message => message.Id))
                    if (known.TryGetValue(message.Id, out var row))
                        row.FailedAgain(now, options.QuarantineAfter);
                    else
                        added.Add(StoredMessage.Of(message, now));
                await RecordFailedRedrives(db, added, cancellationToken);
                db.AddRange(added);
                await db.SaveChangesAsync(cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                return;
            }
            catch (DbUpdateException exception) when (DatabaseConflicts.IsDuplicateKey(exception))
            {
                // Another host has stored one of them in between: a message was in a queue twice.
            }
    }

    /// <summary>Records that these messages failed again after redrives.</summary>
    async Task RecordFailedRedrives(AppDbContext db, List<StoredMessage> added, CancellationToken cancellationToken)
    {
        var ids = added.Select(row => row.MessageId).OfType<string>().Distinct().ToList();
        var earlier = await db.Set<StoredMessage>()
            .Where(row => ids.Contains(row.MessageId!))
            // One that was just sent may have failed before it was recorded as redriven.
            .Where(row => row.Status == StoredMessage.Redriven || row.Status == StoredMessage.Redriving)
            // One that was handled has come once more as a copy.
            .Where(row =>
                row.Outcome != Outcomes.Consumed
                && row.Outcome != Outcomes.Ignored
                && row.Outcome != Outcomes.Deduplicated
            )
            .Select(row => new
            {
                row.Id,
                row.MessageId,
                row.Queue,
                row.Redrives,
                row.Edits,
            })
            .ToListAsync(cancellationToken);
        if (earlier.Count == 0)
            return;
        var redriven = earlier.ToLookup(row => (row.MessageId, FailedMessage.EndpointOf(row.Queue)));
        List<string> inVain = [];
        foreach (var row in added)
            if (
                redriven[(row.MessageId, FailedMessage.EndpointOf(row.Queue))].MaxBy(before => before.Redrives) is
                { } before
            )
            {
                row.WasRedriven(before.Redrives + 1, options.QuarantineAfter);
                // It failed as it was edited.
                row.Edits = before.Edits;
                inVain.Add(before.Id);
            }
        await db.Set<StoredMessage>()
            .Where(row => inVain.Contains(row.Id))
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.Outcome, Outcomes.FailedAgain), cancellationToken);
    }
}
