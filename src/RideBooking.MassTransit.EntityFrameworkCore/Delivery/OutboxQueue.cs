using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>Holds the messages that wait in memory for one destination, and sends them in order.</summary>
/// <remarks>
/// Each destination has its own queue, so that an unavailable one delays no other. Messages that could not be sent before
/// have a separate queue for the same reason.
/// </remarks>
sealed partial class OutboxQueue<TDbContext>(
    Uri destination,
    bool areRetries,
    OutboxDelivery<TDbContext> delivery,
    OutboxSender<TDbContext> sender,
    OutboxStore<TDbContext> store,
    ILogger logger
)
    where TDbContext : DbContext
{
    // Half of what fits into memory: an unavailable destination leaves room for the others.
    const int MaxMessages = MessagesInFlight.MaxMessages / 2;
    const int MaxMessagesPerBatch = 500;

    readonly Lock _lock = new();
    readonly Queue<OutboxBatch> _waiting = [];
    int _messages;
    bool _isWorking;
    bool _hasEnded;
    volatile bool _waits;

    // How many times in a row the destination has accepted nothing.
    int _misses;

    public (Uri Destination, bool AreRetries) Key => (destination, areRetries);

    /// <summary>Completes when the queue has nothing left to send.</summary>
    public Task Work { get; private set; } = Task.CompletedTask;

    /// <summary>Whether the destination accepted none of the last messages, which are being retried.</summary>
    public bool Waits => _waits;

    /// <summary>Whether new messages have to be left to the sweeper.</summary>
    public bool IsFull => Volatile.Read(ref _messages) >= MaxMessages;

    /// <summary>Adds a batch, which is sent at once; returns false if the queue has ended in the meantime.</summary>
    public bool TryAdd(OutboxBatch batch)
    {
        lock (_lock)
        {
            if (_hasEnded)
                return false;

            _waiting.Enqueue(batch);
            _messages += batch.Messages.Count;
            if (_isWorking)
                return true;

            _isWorking = true;
            // The task sends the messages of many callers, so it must not run with one caller's trace or log scope.
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
                // A failing queue is kept, because its backoff grows with the number of misses.
                _hasEnded = _misses == 0;
            }
        }

        if (_hasEnded)
            delivery.Forget(this);
        return next;
    }

    /// <summary>Completes when all messages are sent, or left to the sweeper. Never fails.</summary>
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
            // The next messages do not wait for the deletion of these.
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
            var result = await sender.Send(destination, messages, triesAll: areRetries, cancellationToken);
            deleted.Add(delivery.DeleteSent(result.Sent));
            if (result.Sent.Count > 0)
                _misses = 0;
            cancellationToken.ThrowIfCancellationRequested();
            if (result.Failed.Count == 0)
                break;

            outage ??= new BrokerOutage(sender);
            if (outage.IsCauseOf(result, nothingConfirmed: sender.Confirmed == confirmed))
            {
                // The messages keep their place and their order until the outage has ended.
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
                await PostponeWaiting(cancellationToken);
                break;
            }

            messages = result.Untried;
            outage = null;
        }

        return Task.WhenAll(deleted);
    }

    // The waiting messages would meet the same failure. The sweeper enqueues them again.
    async Task PostponeWaiting(CancellationToken cancellationToken)
    {
        List<OutboxBatch> left;
        lock (_lock)
        {
            left = [.. _waiting];
            _waiting.Clear();
            _messages -= left.Sum(batch => batch.Messages.Count);
        }

        _misses++;
        LogUnavailable(destination, _misses);
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
    /// Decides whether a send failed because the broker is unavailable, and not because of the messages or their destination.
    /// </summary>
    sealed class BrokerOutage(OutboxSender<TDbContext> sender)
    {
        // The bus notices a lost connection later than a send does. A time limit, not a number of attempts: an attempt may
        // fail at once or take until its timeout.
        static readonly TimeSpan s_maxUnnoticed = TimeSpan.FromSeconds(5);
        static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

        long _begun = sender.Timestamp;
        bool _busWasHealthy = true;
        int _tries;

        public bool IsCauseOf(OutboxSendResult result, bool nothingConfirmed)
        {
            if (!sender.IsBusReady)
            {
                (_tries, _begun) = (0, sender.Timestamp);
                return true;
            }
            if (!result.Failed.TrueForAll(failure => OutboxSender<TDbContext>.IsConnectionFault(failure.Reason)))
                return false;
            // One failure counts as an outage even if the bus reports that it is healthy. Until the bus notices a lost
            // connection, it may report only that some endpoint is unhealthy. That counts as an outage while no message gets
            // through, but not for long: the endpoint may have a problem of its own, and so may the destination.
            return ++_tries == 1
                || (
                    nothingConfirmed
                    && !(_busWasHealthy && sender.IsBusHealthy)
                    && sender.ElapsedSince(_begun) < s_maxUnnoticed
                );
        }

        public async Task Wait(CancellationToken cancellationToken)
        {
            await Task.Delay(s_pause, cancellationToken);
            await sender.WaitForBus(cancellationToken);
            _busWasHealthy = sender.IsBusHealthy;
        }
    }

    [LoggerMessage(
        LogLevel.Warning,
        "Outbox: the broker is unavailable; {Count} messages stay in the outbox and are sent when the broker is available again"
    )]
    partial void LogWaiting(Exception reason, int count);

    [LoggerMessage(
        LogLevel.Warning,
        "Outbox: attempt {Attempt} to send {MessageId} ({MessageType}) failed; it is retried later"
    )]
    partial void LogUnsendable(Exception reason, Guid messageId, string messageType, int attempt);

    [LoggerMessage(
        LogLevel.Warning,
        "Outbox: {Destination} accepted nothing, attempt {Times}; its messages are retried later"
    )]
    partial void LogUnavailable(Uri destination, int times);
}
