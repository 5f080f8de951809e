using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// Delivers, right after the commit and from memory, what this process has committed, and what its sweeper has found. What does
/// not fit into memory, or could not be sent, stays in the database for the sweeper.
/// </summary>
sealed partial class OutboxDelivery<TDbContext>(
    OutboxSender<TDbContext> sender,
    OutboxStore<TDbContext> store,
    GroupCommit<TDbContext> group,
    OutboxSettings<TDbContext> settings,
    ILogger<OutboxDelivery<TDbContext>> logger
)
    where TDbContext : DbContext
{
    public const int MaxMessagesInMemory = 10_000;
    static readonly TimeSpan MinPollInterval = TimeSpan.FromMilliseconds(10);
    static readonly TimeSpan MaxPollInterval = TimeSpan.FromMilliseconds(200);

    readonly TaskCompletionSource<CancellationToken> _running = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly ConcurrentDictionary<(Uri Destination, bool OfSuspects), OutboxQueue<TDbContext>> _queues = new();
    readonly List<Task> _turns = [];

    // Each with whether it is sent already, and only waits for its deletion.
    readonly ConcurrentDictionary<Guid, bool> _inFlight = new();
    readonly ConcurrentQueue<Guid> _undeleted = new();
    TaskCompletionSource _somethingSent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int _unfinished;

    /// <summary>Ends when sending begins; gives what ends it.</summary>
    public Task<CancellationToken> Running => _running.Task;

    /// <summary>Whether this process is about to send the message, so that the sweeper must not.</summary>
    public bool IsInFlight(Guid id) => _inFlight.ContainsKey(id);

    /// <summary>Whether everything that was handed over has been sent or left to the sweeper.</summary>
    public bool IsIdle => Volatile.Read(ref _unfinished) == 0;

    /// <summary>Whether no destination that there are messages for takes any, and all are waited for.</summary>
    public bool WaitsForBroker
    {
        get
        {
            var working = _queues.Values.Where(queue => !queue.Work.IsCompleted).ToList();
            return working.Count > 0 && working.TrueForAll(queue => queue.Waits);
        }
    }

    /// <summary>
    /// Sends what is handed over until it is stopped, to each destination in that order. A destination that takes nothing does
    /// not keep what goes elsewhere waiting, nor does a message that waits for its turn in its lane.
    /// </summary>
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
            // What is still to be sent is in the database as well.
            _running.TrySetResult(cancellationToken);
        }

        await Task.WhenAll(Turns());
        await Task.WhenAll(_queues.Values.Select(queue => queue.Work));

        List<Task> Turns()
        {
            lock (_turns)
                return [.. _turns];
        }
    }

    /// <summary>Takes messages whose transaction has committed. Never waits.</summary>
    public void Enqueue(IReadOnlyList<OutboxMessage> messages) => Enqueue(messages, isCommitted: true);

    /// <summary>Takes messages of a transaction whose end was not seen. Never waits.</summary>
    public void EnqueueIfCommitted(IReadOnlyList<OutboxMessage> messages) => Enqueue(messages, isCommitted: false);

    /// <summary>
    /// Takes messages that the sweeper has found, and nobody holds. Never waits. Before they are sent the database is asked once
    /// more: since the sweeper read them, this process may have sent and deleted them, and let go of them.
    /// </summary>
    /// <returns>For each destination a task that ends when they are sent and deleted, or left again.</returns>
    public List<Task> EnqueueClaimed(IEnumerable<OutboxMessage> messages) =>
        [
            .. messages
                .GroupBy(message => (message.DestinationAddress, message.AttemptCount > 0))
                .Select(together => Enqueue(new OutboxBatch([.. together], isCommitted: false))),
        ];

    /// <summary>Deletes again what was sent but could not be deleted at the time.</summary>
    public Task DeleteSent() => Delete([]);

    /// <summary>Takes note of what was sent, and deletes it.</summary>
    public Task DeleteSent(List<Guid> ids)
    {
        foreach (var id in ids)
            _inFlight.TryUpdate(id, true, false);
        if (settings.KeepsOrder)
            Interlocked
                .Exchange(
                    ref _somethingSent,
                    new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
                )
                .TrySetResult();

        return Delete(ids);
    }

    /// <summary>Lets go of messages once those that were sent are deleted.</summary>
    public async Task ReleaseAfter(Task deleted, IReadOnlyCollection<OutboxBatch> batches)
    {
        await deleted;
        var undeleted = _undeleted.IsEmpty ? [] : _undeleted.ToHashSet();
        foreach (var batch in batches)
        {
            foreach (var message in batch.Messages)
                if (!undeleted.Contains(message.Id))
                    _inFlight.TryRemove(message.Id, out _);
            Interlocked.Add(ref _unfinished, -batch.Messages.Count);
            batch.Release();
        }
    }

    /// <summary>Forgets a queue that has ended.</summary>
    public void Forget(OutboxQueue<TDbContext> queue) => _queues.TryRemove(new(queue.Key, queue));

    [LoggerMessage(LogLevel.Warning, "Outbox: messages are left to the sweeper")]
    public partial void LogLeftBehind(Exception reason);

    void Enqueue(IReadOnlyList<OutboxMessage> messages, bool isCommitted)
    {
        if (messages.Count == 0 || Volatile.Read(ref _unfinished) >= MaxMessagesInMemory)
            return;

        // Those that took so long to be committed that they were due may have been sent by a sweeper already.
        isCommitted = isCommitted && !messages.Any(store.IsDue);
        foreach (var batch in Batches())
            if (!(_queues.TryGetValue((batch.Destination, batch.IsSuspect), out var queue) && queue.IsFull))
                _ = Enqueue(batch);

        // Each lane that has to wait waits by itself.
        IEnumerable<OutboxBatch> Batches() =>
            messages.Count == 1
                ? [new OutboxBatch(messages, isCommitted)]
                : messages
                    .GroupBy(message =>
                        (message.DestinationAddress, message.Predecessors.Count > 0 ? message.OrderingKey : null)
                    )
                    .Select(together => new OutboxBatch([.. together], isCommitted));
    }

    /// <summary>Has this process send what it does not hold yet; the task ends when that is released.</summary>
    Task Enqueue(OutboxBatch batch)
    {
        var taken = batch.Messages.Where(message => _inFlight.TryAdd(message.Id, false)).ToList();
        if (taken.Count == 0)
            return Task.CompletedTask;
        if (taken.Count < batch.Messages.Count)
            batch = new OutboxBatch(taken, batch.IsCommitted);

        Interlocked.Add(ref _unfinished, batch.Messages.Count);
        if (batch.Predecessors.Count == 0)
        {
            Send(batch);
            return batch.Released;
        }

        lock (_turns)
        {
            _turns.RemoveAll(turn => turn.IsCompleted);
            using (ExecutionContext.SuppressFlow())
                _turns.Add(Task.Run(() => SendInTurn(batch)));
        }

        return batch.Released;
    }

    void Send(OutboxBatch batch)
    {
        while (true)
        {
            var queue = _queues.GetOrAdd(
                (batch.Destination, batch.IsSuspect),
                key => new OutboxQueue<TDbContext>(key.Destination, key.OfSuspects, this, sender, store, logger)
            );
            if (queue.TryAdd(batch))
                return;
            Forget(queue);
        }
    }

    /// <summary>Sends a batch when all that stood before it in its lane is sent, by whomever. Never fails.</summary>
    async Task SendInTurn(OutboxBatch batch)
    {
        var isItsTurn = false;
        var cancellationToken = await Running;
        try
        {
            isItsTurn = await WaitForTurn(batch, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopping.
        }
        catch (Exception exception)
        {
            LogLeftBehind(exception);
        }

        if (isItsTurn)
            Send(batch);
        else
            await ReleaseAfter(Task.CompletedTask, [batch]);
    }

    // What this process sends itself it knows of; of the rest the database knows. After a while it is the sweeper's.
    async Task<bool> WaitForTurn(OutboxBatch batch, CancellationToken cancellationToken)
    {
        var ahead = batch.Predecessors.ToHashSet();
        var since = Stopwatch.GetTimestamp();
        for (var pause = MinPollInterval; ; pause = pause * 2 < MaxPollInterval ? pause * 2 : MaxPollInterval)
        {
            var somethingSent = Volatile.Read(ref _somethingSent).Task;
            ahead.RemoveWhere(id => _inFlight.TryGetValue(id, out var sent) && sent);
            var others = ahead.Where(id => !_inFlight.ContainsKey(id)).ToList();
            if (others.Count > 0)
                ahead.ExceptWith(others.Except(await store.Existing(others, cancellationToken)));
            if (ahead.Count == 0)
                return true;
            if (Stopwatch.GetElapsedTime(since) > settings.GracePeriod)
                return false;
            await Task.WhenAny(somethingSent, Task.Delay(pause, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    async Task Delete(IEnumerable<Guid> sent)
    {
        var ids = sent.ToList();
        while (_undeleted.TryDequeue(out var id))
            ids.Add(id);

        try
        {
            await group.Delete(ids);
            foreach (var id in ids)
                _inFlight.TryRemove(id, out _);
        }
        catch (Exception exception)
        {
            // Sent is sent: remembering it here keeps the sweeper from sending it once more.
            foreach (var id in ids)
            {
                _inFlight[id] = true;
                _undeleted.Enqueue(id);
            }

            LogUndeleted(exception, ids.Count);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Outbox: {Count} messages were sent but could not be deleted yet")]
    partial void LogUndeleted(Exception reason, int count);
}
