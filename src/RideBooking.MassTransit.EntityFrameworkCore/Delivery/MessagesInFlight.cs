using System.Collections.Concurrent;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// The messages that this process holds in memory: from their commit until they are sent and deleted, or left to the sweeper.
/// </summary>
/// <remarks>
/// While a message is held here, no sweeper sends it: this process's skips it, and it claims the message so that the others
/// skip it too.
/// </remarks>
sealed class MessagesInFlight
{
    public const int MaxMessages = 10_000;

    readonly ConcurrentDictionary<Guid, State> _held = new();
    readonly ConcurrentQueue<Guid> _undeleted = new();
    TaskCompletionSource _nextSent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int _unfinished;

    enum State
    {
        /// <summary>It waits to be sent.</summary>
        Waiting,

        /// <summary>It is sent, and its deletion is pending.</summary>
        Sent,

        /// <summary>It is sent, and could not be deleted. It is held until it is.</summary>
        Undeleted,
    }

    /// <summary>Whether this process is about to send or delete the message.</summary>
    public bool Contains(Guid id) => _held.ContainsKey(id);

    /// <summary>Whether this process has sent the message, and not deleted it yet.</summary>
    public bool IsSent(Guid id) => _held.TryGetValue(id, out var state) && state != State.Waiting;

    /// <summary>Completes when the next messages are sent.</summary>
    public Task NextSent => Volatile.Read(ref _nextSent).Task;

    /// <summary>Whether more messages fit into memory.</summary>
    public bool HasRoom => Volatile.Read(ref _unfinished) < MaxMessages;

    /// <summary>Whether all messages have been sent or left to the sweeper.</summary>
    public bool IsIdle => Volatile.Read(ref _unfinished) == 0;

    /// <summary>Holds those messages of the batch that are not held yet; returns null if all are.</summary>
    public OutboxBatch? Hold(OutboxBatch batch)
    {
        var held = batch.Messages.Where(message => _held.TryAdd(message.Id, State.Waiting)).ToList();
        Interlocked.Add(ref _unfinished, held.Count);
        return held.Count == batch.Messages.Count ? batch
            : held.Count == 0 ? null
            : new OutboxBatch(held, batch.IsCommitted);
    }

    /// <summary>Notes that messages are sent.</summary>
    public void Sent(IEnumerable<Guid> ids)
    {
        foreach (var id in ids)
            _held.TryUpdate(id, State.Sent, State.Waiting);
        Interlocked
            .Exchange(ref _nextSent, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))
            .TrySetResult();
    }

    /// <summary>Drops messages that are deleted.</summary>
    public void Deleted(IEnumerable<Guid> ids)
    {
        foreach (var id in ids)
            _held.TryRemove(id, out _);
    }

    /// <summary>Notes that messages could not be deleted. The sweeper would send them again if they were released.</summary>
    public void NotDeleted(IEnumerable<Guid> ids)
    {
        foreach (var id in ids)
        {
            _held[id] = State.Undeleted;
            _undeleted.Enqueue(id);
        }
    }

    /// <summary>Takes the messages whose deletion has to be tried again.</summary>
    public List<Guid> TakeUndeleted()
    {
        var ids = new List<Guid>();
        while (_undeleted.TryDequeue(out var id))
            ids.Add(id);
        return ids;
    }

    /// <summary>Releases messages that are deleted, or are left to the sweeper.</summary>
    public void Release(OutboxBatch batch)
    {
        foreach (var message in batch.Messages)
            if (_held.TryGetValue(message.Id, out var state) && state != State.Undeleted)
                _held.TryRemove(new(message.Id, state));
        Interlocked.Add(ref _unfinished, -batch.Messages.Count);
        batch.Release();
    }
}
