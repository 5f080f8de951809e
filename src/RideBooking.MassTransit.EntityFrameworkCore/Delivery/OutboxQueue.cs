using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// What waits in memory for one destination, and its sending, in order. Each destination has its own, so that one that takes
/// nothing keeps nobody else waiting; and so have, apart from the others, messages that could not be sent before.
/// </summary>
sealed partial class OutboxQueue<TDbContext>(
    Uri destination,
    bool ofSuspects,
    OutboxDelivery<TDbContext> delivery,
    OutboxSender<TDbContext> sender,
    OutboxStore<TDbContext> store,
    ILogger logger
)
    where TDbContext : DbContext
{
    // Half of what fits into memory: a destination that takes nothing leaves room for others.
    const int MaxMessages = OutboxDelivery<TDbContext>.MaxMessagesInMemory / 2;
    const int MaxMessagesPerBatch = 500;

    readonly Lock _lock = new();
    readonly Queue<OutboxBatch> _waiting = [];
    int _messages;
    bool _isWorking;
    bool _isOver;
    volatile bool _waits;

    // How often in a row the destination has taken nothing.
    int _misses;

    public (Uri Destination, bool OfSuspects) Key => (destination, ofSuspects);

    /// <summary>Ends when there is nothing to send for the time being.</summary>
    public Task Work { get; private set; } = Task.CompletedTask;

    /// <summary>Whether its destination has taken nothing of what was last sent there, which is tried again.</summary>
    public bool Waits => _waits;

    /// <summary>Whether what comes now is better left to the sweeper.</summary>
    public bool IsFull => Volatile.Read(ref _messages) >= MaxMessages;

    /// <summary>Takes a batch, to be sent at once; false if the queue has ended just now.</summary>
    public bool TryAdd(OutboxBatch batch)
    {
        lock (_lock)
        {
            if (_isOver)
                return false;

            _waiting.Enqueue(batch);
            _messages += batch.Messages.Count;
            if (_isWorking)
                return true;

            _isWorking = true;
            // It works for many: no one message's trace or log scope goes with it.
            using (ExecutionContext.SuppressFlow())
                Work = Task.Run(SendAll);
            return true;
        }
    }

    async Task SendAll()
    {
        var cancellationToken = await delivery.Running;
        while (Next() is { Count: > 0 } batches)
            await SendAndRelease(batches, cancellationToken);
    }

    List<OutboxBatch> Next()
    {
        var next = new List<OutboxBatch>();
        lock (_lock)
        {
            for (var messages = 0; messages < MaxMessagesPerBatch && _waiting.TryDequeue(out var batch); )
            {
                next.Add(batch);
                messages += batch.Messages.Count;
            }

            if (next.Count == 0)
            {
                _isWorking = false;
                // One that fails is remembered, so that it is asked less and less often.
                _isOver = _misses == 0;
            }
        }

        if (_isOver)
            delivery.Forget(this);
        return next;
    }

    /// <summary>Ends when everything is sent, or left to the sweeper. Never fails.</summary>
    async Task SendAndRelease(List<OutboxBatch> batches, CancellationToken cancellationToken)
    {
        var deleted = Task.CompletedTask;
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            deleted = await Send(await Committed(batches, cancellationToken), cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopping.
        }
        catch (Exception exception)
        {
            delivery.LogLeftBehind(exception);
        }
        finally
        {
            _waits = false;
            lock (_lock)
                _messages -= batches.Sum(batch => batch.Messages.Count);
            // The next messages do not wait for these to be deleted.
            _ = delivery.ReleaseAfter(deleted, batches);
        }
    }

    async Task<List<OutboxMessage>> Committed(List<OutboxBatch> batches, CancellationToken cancellationToken)
    {
        var unsure = batches.Where(batch => !batch.IsCommitted).SelectMany(batch => batch.Messages).ToList();
        HashSet<Guid> committed = [];
        if (unsure.Count > 0)
        {
            var ids = unsure.ConvertAll(message => message.Id);
            await store.Claim(ids, cancellationToken);
            committed = await store.Existing(ids, cancellationToken);
        }

        return
        [
            .. batches.SelectMany(batch =>
                batch.Messages.Where(message => batch.IsCommitted || committed.Contains(message.Id))
            ),
        ];
    }

    /// <summary>Sends messages; returns the deletion of those that were sent.</summary>
    async Task<Task> Send(List<OutboxMessage> messages, CancellationToken cancellationToken)
    {
        var deleted = new List<Task>();
        BrokerOutage? outage = null;
        while (messages.Count > 0)
        {
            var confirmed = sender.Confirmed;
            var result = await sender.Send(destination, messages, triesAll: ofSuspects, cancellationToken);
            deleted.Add(delivery.DeleteSent(result.Sent));
            if (result.Sent.Count > 0)
                _misses = 0;
            cancellationToken.ThrowIfCancellationRequested();
            if (result.Failed.Count == 0)
                break;

            outage ??= new BrokerOutage(sender);
            if (outage.IsCauseOf(result, nobodyGetsThrough: sender.Confirmed == confirmed))
            {
                // They stay first in line, in their order, until it is over.
                LogWaiting(result.Failed[0].Reason, result.Failed.Count + result.Untried.Count);
                _waits = result.Sent.Count == 0;
                messages = [.. result.Failed.Select(failure => failure.Message), .. result.Untried];
                await outage.Wait(cancellationToken);
                continue;
            }

            foreach (var (message, reason) in result.Failed)
            {
                LogUnsendable(reason, message.MessageId, message.MessageType, message.AttemptCount + 1);
                await store.Postpone(message, reason, cancellationToken);
            }

            if (result is { Sent.Count: 0, Untried.Count: > 0 })
            {
                await GiveUpForNow(cancellationToken);
                break;
            }

            messages = result.Untried;
            outage = null;
        }

        return Task.WhenAll(deleted);
    }

    // What waits here would wait for the same. The sweeper brings it back.
    async Task GiveUpForNow(CancellationToken cancellationToken)
    {
        List<OutboxBatch> left;
        lock (_lock)
        {
            left = [.. _waiting];
            _waiting.Clear();
            _messages -= left.Sum(batch => batch.Messages.Count);
        }

        _misses++;
        LogTakesNothing(destination, _misses);
        try
        {
            await store.PostponeAll(destination, _misses, cancellationToken);
        }
        finally
        {
            _ = delivery.ReleaseAfter(Task.CompletedTask, left);
        }
    }

    /// <summary>
    /// Judges whether messages were not taken because the broker is gone, which is no fault of theirs or of their destination.
    /// </summary>
    sealed class BrokerOutage(OutboxSender<TDbContext> sender)
    {
        const int MaxRounds = 30;
        static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

        bool _busWasWell = true;
        int _rounds;
        int _tries;

        public bool IsCauseOf(OutboxSendResult result, bool nobodyGetsThrough)
        {
            if (!sender.IsBusReady)
                return IsIt();
            if (!result.Failed.TrueForAll(failure => OutboxSender<TDbContext>.IsConnectionFault(failure.Reason)))
                return false;
            // The bus notices a lost connection later than a send does, and says no more than that some endpoint is not well. That
            // counts while nobody gets anything through, but not forever: the endpoint may have a trouble of its own.
            if (nobodyGetsThrough && !(_busWasWell && sender.IsBusHealthy) && ++_rounds < MaxRounds)
                return IsIt();
            // And once, however well it says it is.
            return ++_tries == 1;

            bool IsIt()
            {
                _tries = 0;
                return true;
            }
        }

        public async Task Wait(CancellationToken cancellationToken)
        {
            await Task.Delay(s_pause, cancellationToken);
            await sender.WaitForBus(cancellationToken);
            _busWasWell = sender.IsBusHealthy;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Outbox: {Count} messages wait for the broker to come back")]
    partial void LogWaiting(Exception reason, int count);

    [LoggerMessage(LogLevel.Warning, "Outbox: could not send {MessageId} ({MessageType}), attempt {Attempt}")]
    partial void LogUnsendable(Exception reason, Guid messageId, string messageType, int attempt);

    [LoggerMessage(LogLevel.Warning, "Outbox: {Destination} has taken nothing, attempt {Times}; what goes there waits")]
    partial void LogTakesNothing(Uri destination, int times);
}
