using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// Delivers the messages that this process has committed, directly from memory, and those that its sweeper has found.
/// </summary>
/// <remarks>Messages that do not fit into memory, or that could not be sent, stay in the database for the sweeper.</remarks>
sealed partial class OutboxDelivery<TDbContext>(
    OutboxSender<TDbContext> sender,
    OutboxStore<TDbContext> store,
    GroupCommit<TDbContext> group,
    OutboxSettings<TDbContext> settings,
    ILogger<OutboxDelivery<TDbContext>> logger
)
    where TDbContext : DbContext
{
    static readonly TimeSpan MinPollInterval = TimeSpan.FromMilliseconds(10);
    static readonly TimeSpan MaxPollInterval = TimeSpan.FromMilliseconds(200);

    readonly TaskCompletionSource<CancellationToken> _running = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly ConcurrentDictionary<(Uri Destination, bool AreRetries), OutboxQueue<TDbContext>> _queues = new();
    readonly List<Task> _ordered = [];

    /// <summary>Completes when sending begins; the result is the token that ends it.</summary>
    public Task<CancellationToken> Running => _running.Task;

    /// <summary>The messages that this process holds.</summary>
    public MessagesInFlight InFlight { get; } = new();

    /// <summary>Whether every destination with pending messages is waiting for the broker.</summary>
    public bool WaitsForBroker
    {
        get
        {
            var working = _queues.Values.Where(queue => !queue.Work.IsCompleted).ToList();
            return working.Count > 0 && working.TrueForAll(queue => queue.Waits);
        }
    }

    /// <summary>Sends enqueued messages until it is stopped, in order for each destination.</summary>
    /// <remarks>
    /// Neither an unavailable destination nor a message that waits for its predecessors delays messages to other
    /// destinations.
    /// </remarks>
    public async Task Run(CancellationToken cancellationToken)
    {
        try
        {
            await sender.WaitForBus(cancellationToken);
            _running.TrySetResult(cancellationToken);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Messages that are not sent yet are also in the database.
            _running.TrySetResult(cancellationToken);
        }

        await Task.WhenAll(Ordered());
        await Task.WhenAll(_queues.Values.Select(queue => queue.Work));

        List<Task> Ordered()
        {
            lock (_ordered)
                return [.. _ordered];
        }
    }

    /// <summary>Enqueues messages whose transaction has committed. Never waits.</summary>
    public void Enqueue(IReadOnlyList<OutboxMessage> messages) => Enqueue(messages, isCommitted: true);

    /// <summary>Enqueues messages whose transaction has ended with an unknown outcome. Never waits.</summary>
    public void EnqueueIfCommitted(IReadOnlyList<OutboxMessage> messages) => Enqueue(messages, isCommitted: false);

    /// <summary>Enqueues messages that the sweeper has found and that are not in flight. Never waits.</summary>
    /// <remarks>
    /// The database is asked again before they are sent: after the sweeper read them, this process may have sent, deleted and
    /// released them.
    /// </remarks>
    /// <returns>
    /// One task per destination, which completes when the messages are sent and deleted, or left to the sweeper again.
    /// </returns>
    public List<Task> EnqueueDue(IEnumerable<OutboxMessage> messages) =>
        [
            .. messages
                .GroupBy(message => (message.DestinationAddress, message.AttemptCount > 0))
                .Select(together => Enqueue(new OutboxBatch([.. together], isCommitted: false))),
        ];

    /// <summary>Retries the deletion of messages that were sent but could not be deleted.</summary>
    public Task DeleteSent() => Delete([]);

    /// <summary>Records which messages were sent, and deletes them.</summary>
    public Task DeleteSent(List<Guid> ids)
    {
        InFlight.Sent(ids);
        return Delete(ids);
    }

    /// <summary>Releases messages after those that were sent are deleted.</summary>
    public async Task ReleaseAfter(Task deleted, IReadOnlyCollection<OutboxBatch> batches)
    {
        await deleted;
        foreach (var batch in batches)
            InFlight.Release(batch);
    }

    /// <summary>Removes a queue that has ended.</summary>
    public void Forget(OutboxQueue<TDbContext> queue) => _queues.TryRemove(new(queue.Key, queue));

    [LoggerMessage(LogLevel.Warning, "Outbox: sending failed; the sweeper will send the messages")]
    public partial void LogLeftBehind(Exception reason);

    void Enqueue(IReadOnlyList<OutboxMessage> messages, bool isCommitted)
    {
        if (messages.Count == 0 || !InFlight.HasRoom)
            return;

        // If the commit took so long that the messages are due, a sweeper may already have sent them.
        isCommitted = isCommitted && !messages.Any(store.IsDue);
        foreach (var batch in Batches())
            if (!(_queues.TryGetValue((batch.Destination, batch.IsRetry), out var queue) && queue.IsFull))
                _ = Enqueue(batch);

        // Messages that have to wait are split by ordering key, so that each key waits on its own.
        IEnumerable<OutboxBatch> Batches() =>
            messages.Count == 1
                ? [new OutboxBatch(messages, isCommitted)]
                : messages
                    .GroupBy(message =>
                        (message.DestinationAddress, message.Predecessors.Count > 0 ? message.OrderingKey : null)
                    )
                    .Select(together => new OutboxBatch([.. together], isCommitted));
    }

    /// <summary>Sends the messages that are not in flight yet; the task completes when they are released.</summary>
    Task Enqueue(OutboxBatch enqueued)
    {
        if (InFlight.Hold(enqueued) is not { } batch)
            return Task.CompletedTask;

        if (batch.Predecessors.Count == 0)
        {
            Send(batch);
            return batch.Released;
        }

        lock (_ordered)
        {
            _ordered.RemoveAll(task => task.IsCompleted);
            using (ExecutionContext.SuppressFlow())
                _ordered.Add(Task.Run(() => SendInOrder(batch)));
        }

        return batch.Released;
    }

    void Send(OutboxBatch batch)
    {
        while (true)
        {
            var queue = _queues.GetOrAdd(
                (batch.Destination, batch.IsRetry),
                key => new OutboxQueue<TDbContext>(key.Destination, key.AreRetries, this, sender, store, logger)
            );
            if (queue.TryAdd(batch))
                return;
            Forget(queue);
        }
    }

    /// <summary>Sends a batch when all its predecessors are sent, by any process. Never fails.</summary>
    async Task SendInOrder(OutboxBatch batch)
    {
        var isReady = false;
        var cancellationToken = await Running;
        try
        {
            isReady = await WaitForPredecessors(batch, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopping.
        }
        catch (Exception exception)
        {
            LogLeftBehind(exception);
        }

        if (isReady)
            Send(batch);
        else
            await ReleaseAfter(Task.CompletedTask, [batch]);
    }

    // This process knows which predecessors it sends itself; it asks the database for the others. After the grace period it
    // leaves the batch to the sweeper.
    async Task<bool> WaitForPredecessors(OutboxBatch batch, CancellationToken cancellationToken)
    {
        var pending = batch.Predecessors.ToHashSet();
        var since = Stopwatch.GetTimestamp();
        for (var pause = MinPollInterval; ; pause = pause * 2 < MaxPollInterval ? pause * 2 : MaxPollInterval)
        {
            var nextSent = InFlight.NextSent;
            pending.RemoveWhere(InFlight.IsSent);
            var others = pending.Where(id => !InFlight.Contains(id)).ToList();
            if (others.Count > 0)
                pending.ExceptWith(others.Except(await store.Existing(others, cancellationToken)));
            if (pending.Count == 0)
                return true;
            if (Stopwatch.GetElapsedTime(since) > settings.GracePeriod)
                return false;
            await Task.WhenAny(nextSent, Task.Delay(pause, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    async Task Delete(IEnumerable<Guid> sent)
    {
        List<Guid> ids = [.. sent, .. InFlight.TakeUndeleted()];
        try
        {
            await group.Delete(ids);
            InFlight.Deleted(ids);
        }
        catch (Exception exception)
        {
            InFlight.NotDeleted(ids);
            LogUndeleted(exception, ids.Count);
        }
    }

    [LoggerMessage(
        LogLevel.Warning,
        "Outbox: {Count} sent messages could not be deleted; the deletion is retried with the next one"
    )]
    partial void LogUndeleted(Exception reason, int count);
}
