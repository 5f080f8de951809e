using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideBooking.Operations.FailedMessages;
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
                // A queue may hold a message twice. It counts once.
                foreach (var message in batch.DistinctBy(message => message.Id))
                    if (known.TryGetValue(message.Id, out var row))
                        row.FailedAgain(now);
                    else
                        db.Add(StoredMessage.Of(message, now));
                await db.SaveChangesAsync(cancellationToken);
                return;
            }
            catch (DbUpdateException exception) when (DatabaseConflicts.IsDuplicateKey(exception))
            {
                // Another host has stored one of them in between: a message was in a queue twice.
            }
    }
}
