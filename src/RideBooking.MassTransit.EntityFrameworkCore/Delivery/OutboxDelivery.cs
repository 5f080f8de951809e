using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// Delivers, right after the commit and from memory, what this process has committed. What does not fit into memory, or
/// could not be sent through its own fault, stays in the database for the sweeper.
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
    const int MostMessagesInMemory = 10_000;
    const int MostMessagesAtOnce = 500;
    const int MostRounds = 30;
    static readonly TimeSpan DelayBetweenRounds = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan ShortestLook = TimeSpan.FromMilliseconds(10);
    static readonly TimeSpan LongestLook = TimeSpan.FromMilliseconds(200);

    readonly Channel<Batch> _queue = Channel.CreateUnbounded<Batch>(new() { SingleReader = true });

    // Each with whether it is sent already, and only waits for its deletion.
    readonly ConcurrentDictionary<Guid, bool> _held = new();
    readonly ConcurrentQueue<Guid> _undeleted = new();
    TaskCompletionSource _somethingSent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int _unfinished;
    volatile bool _waitsForBroker;

    /// <summary>Takes messages whose transaction has committed. Never waits.</summary>
    public void HandOver(IReadOnlyList<OutboxMessage> messages) => Enqueue(messages, isCommitted: true);

    /// <summary>Takes messages of a transaction whose end was not seen. Never waits.</summary>
    public void HandOverIfCommitted(IReadOnlyList<OutboxMessage> messages) => Enqueue(messages, isCommitted: false);

    /// <summary>Whether this process is about to send the message, so that the sweeper must not.</summary>
    public bool Holds(Guid id) => _held.ContainsKey(id);

    /// <summary>Whether everything that was handed over has been sent or left to the sweeper.</summary>
    public bool IsIdle => Volatile.Read(ref _unfinished) == 0;

    /// <summary>Whether the broker took nothing of what was last sent to it, and is waited for.</summary>
    public bool WaitsForBroker => _waitsForBroker;

    /// <summary>
    /// Sends what is handed over until it is stopped, to each destination in that order. A destination that waits for its
    /// broker's answer does not keep what goes elsewhere waiting, nor does a message that waits for its turn in its lane.
    /// </summary>
    public async Task Run(CancellationToken stop)
    {
        var underWay = new Dictionary<Uri, Task>();
        var waiting = new List<Task>();
        try
        {
            while (await _queue.Reader.WaitToReadAsync(stop))
            {
                var batches = new List<Batch>();
                for (var messages = 0; messages < MostMessagesAtOnce && _queue.Reader.TryRead(out var batch); )
                {
                    messages += batch.Messages.Count;
                    if (batch.IsBehind)
                        waiting.Add(DeliverInTurn(batch, stop));
                    else
                        batches.Add(batch);
                }

                waiting.RemoveAll(delivery => delivery.IsCompleted);
                if (batches.Count == 0)
                    continue;

                var destinations = batches
                    .SelectMany(batch => batch.Messages)
                    .Select(message => message.DestinationAddress!)
                    .Distinct()
                    .ToList();
                await Task.WhenAll(destinations.Select(place => underWay.GetValueOrDefault(place, Task.CompletedTask)));
                var delivering = DeliverAndRelease(batches, stop);
                foreach (var place in destinations)
                    underWay[place] = delivering;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // What is still in the queue is in the database as well.
        }

        await Task.WhenAll(underWay.Values.Concat(waiting));
    }

    /// <summary>Sends a batch when all that stood before it in its lanes is sent, by whomever. Never fails.</summary>
    async Task DeliverInTurn(Batch batch, CancellationToken stop)
    {
        var isItsTurn = false;
        try
        {
            isItsTurn = await WaitForTurn(batch, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopping.
        }
        catch (Exception exception)
        {
            LogLeftBehind(exception);
        }

        if (isItsTurn)
            await DeliverAndRelease([batch], stop);
        else
            await ReleaseAfter(Task.CompletedTask, [batch]);
    }

    // What this process sends itself it knows of; of the rest the database knows. After a while it is the sweeper's.
    async Task<bool> WaitForTurn(Batch batch, CancellationToken stop)
    {
        var ahead = batch.Messages.SelectMany(message => message.Ahead).ToHashSet();
        var since = Stopwatch.GetTimestamp();
        for (var pause = ShortestLook; ; pause = pause * 2 < LongestLook ? pause * 2 : LongestLook)
        {
            var somethingSent = Volatile.Read(ref _somethingSent).Task;
            ahead.RemoveWhere(id => _held.TryGetValue(id, out var sent) && sent);
            var others = ahead.Where(id => !_held.ContainsKey(id)).ToList();
            if (others.Count > 0)
                ahead.ExceptWith(others.Except(await store.Existing(others, stop)));
            if (ahead.Count == 0)
                return true;
            if (Stopwatch.GetElapsedTime(since) > settings.GracePeriod)
                return false;
            await Task.WhenAny(somethingSent, Task.Delay(pause, stop));
            stop.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Ends when everything is sent, or left to the sweeper. Never fails.</summary>
    async Task DeliverAndRelease(List<Batch> batches, CancellationToken stop)
    {
        var deleted = Task.CompletedTask;
        try
        {
            deleted = await Deliver(batches, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopping.
        }
        catch (Exception exception)
        {
            LogLeftBehind(exception);
        }
        finally
        {
            // The next messages do not wait for these to be deleted.
            _ = ReleaseAfter(deleted, batches);
        }
    }

    /// <summary>Sends messages and deletes those that were sent; returns how many were.</summary>
    public async Task<int> Deliver(IReadOnlyList<OutboxMessage> messages, CancellationToken stop)
    {
        var (sent, deleted) = await Send(messages, stop);
        await deleted;
        return sent;
    }

    async Task<(int Sent, Task Deleted)> Send(IReadOnlyList<OutboxMessage> messages, CancellationToken stop)
    {
        var deleted = new List<Task>();
        var unsent = messages;
        for (var round = 1; unsent.Count > 0; round++)
        {
            var failed = await sender.Send(unsent, stop);
            var failedIds = failed.Select(failure => failure.Message.Id).ToHashSet();
            var sent = unsent.Select(message => message.Id).Where(id => !failedIds.Contains(id)).ToList();
            Sent(sent);
            deleted.Add(Delete(sent));
            stop.ThrowIfCancellationRequested();

            var isBrokerGone = failed.Count > 0 && IsBrokerGone(round, unsent.Count, failed);
            _waitsForBroker = isBrokerGone && sent.Count == 0;
            if (isBrokerGone)
            {
                // That is no message's fault: they stay first in line, in their order, until it is back.
                LogWaiting(failed[0].Reason, failed.Count);
                unsent = [.. unsent.Where(message => failedIds.Contains(message.Id))];
                await Task.Delay(DelayBetweenRounds, stop);
                await sender.WaitForBus(stop);
                continue;
            }

            foreach (var (message, reason) in failed)
            {
                LogUnsendable(reason, message.MessageId, message.MessageType, message.AttemptCount + 1);
                await store.Postpone(message, reason, stop);
            }

            return (messages.Count - failed.Count, Task.WhenAll(deleted));
        }

        return (messages.Count, Task.WhenAll(deleted));
    }

    // The bus notices a lost connection later than a send does, and says no more than that some endpoint is not well.
    // So a connection fault is tried again once, whatever the bus says; and then, while nothing at all gets through, for
    // as long as the bus does not claim to be healthy, but not forever: a destination of its own may be at fault.
    bool IsBrokerGone(int round, int sent, IReadOnlyList<(OutboxMessage Message, Exception Reason)> failed)
    {
        if (!sender.IsBusReady)
            return true;
        if (!failed.All(failure => OutboxSender<TDbContext>.IsConnectionFault(failure.Reason)))
            return false;

        return round == 1 || (failed.Count == sent && !sender.IsBusHealthy && round < MostRounds);
    }

    /// <summary>Deletes again what was sent but could not be deleted at the time.</summary>
    public Task DeleteSent() => Delete([]);

    async Task<Task> Deliver(List<Batch> batches, CancellationToken stop)
    {
        await sender.WaitForBus(stop);

        var unsure = batches.Where(batch => !batch.IsCommitted).SelectMany(batch => batch.Messages).ToList();
        var committed = unsure.Count > 0 ? await store.Existing(unsure.Select(message => message.Id), stop) : [];
        var messages = batches
            .SelectMany(batch => batch.Messages.Where(message => batch.IsCommitted || committed.Contains(message.Id)))
            .ToList();

        return (await Send(messages, stop)).Deleted;
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
                _held.TryRemove(id, out _);
        }
        catch (Exception exception)
        {
            // Sent is sent: remembering it here keeps the sweeper from sending it once more.
            foreach (var id in ids)
            {
                _held[id] = true;
                _undeleted.Enqueue(id);
            }

            LogUndeleted(exception, ids.Count);
        }
    }

    void Sent(List<Guid> ids)
    {
        foreach (var id in ids)
            _held.TryUpdate(id, true, false);
        if (settings.KeepsOrder)
            Interlocked
                .Exchange(
                    ref _somethingSent,
                    new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
                )
                .TrySetResult();
    }

    void Enqueue(IReadOnlyList<OutboxMessage> messages, bool isCommitted)
    {
        if (messages.Count == 0 || _held.Count >= MostMessagesInMemory)
            return;

        foreach (var message in messages)
            _held[message.Id] = false;

        if (!settings.KeepsOrder)
            Enqueue(new Batch(messages, isCommitted));
        else
            // Each lane that has to wait waits by itself.
            foreach (var together in messages.GroupBy(message => message.Ahead.Count > 0 ? message.Lane : null))
                Enqueue(new Batch([.. together], isCommitted));
    }

    void Enqueue(Batch batch)
    {
        Interlocked.Increment(ref _unfinished);
        _queue.Writer.TryWrite(batch);
    }

    async Task ReleaseAfter(Task deleted, List<Batch> batches)
    {
        await deleted;
        var undeleted = _undeleted.ToHashSet();
        foreach (var message in batches.SelectMany(batch => batch.Messages))
        {
            if (!undeleted.Contains(message.Id))
                _held.TryRemove(message.Id, out _);
        }

        Interlocked.Add(ref _unfinished, -batches.Count);
    }

    [LoggerMessage(LogLevel.Warning, "Outbox: {Count} messages wait for the broker to come back")]
    partial void LogWaiting(Exception reason, int count);

    [LoggerMessage(LogLevel.Warning, "Outbox: could not send {MessageId} ({MessageType}), attempt {Attempt}")]
    partial void LogUnsendable(Exception reason, Guid messageId, string messageType, int attempt);

    [LoggerMessage(LogLevel.Warning, "Outbox: {Count} messages were sent but could not be deleted yet")]
    partial void LogUndeleted(Exception reason, int count);

    [LoggerMessage(LogLevel.Warning, "Outbox: messages are left to the sweeper")]
    partial void LogLeftBehind(Exception reason);

    readonly record struct Batch(IReadOnlyList<OutboxMessage> Messages, bool IsCommitted)
    {
        public bool IsBehind => Messages[0].Ahead.Count > 0;
    }
}
