using System.Collections.Concurrent;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>Remembers the messages that this process is handling or has recently handled.</summary>
/// <remarks>
/// A duplicate that arrives while the first delivery is handled waits for it to end, and one that arrives soon after costs no
/// database query. The inbox decides all other cases, and always has the last word.
/// </remarks>
sealed class InboxCache<TDbContext>
{
    const int MaxRemembered = 20_000;

    readonly ConcurrentDictionary<(Guid Message, Guid Consumer), TaskCompletionSource<bool>> _inProgress = new();
    readonly Lock _lock = new();
    HashSet<(Guid, Guid)> _recent = [];
    HashSet<(Guid, Guid)> _previous = [];

    /// <summary>
    /// Waits until no other delivery of the message is being handled here. Returns null if it was handled, otherwise the
    /// exclusive right to handle it.
    /// </summary>
    public async Task<HandlingLock?> Acquire(Guid message, Guid consumer, CancellationToken cancellationToken)
    {
        var key = (message, consumer);
        while (!WasHandled(key))
        {
            var own = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            var first = _inProgress.GetOrAdd(key, own);
            if (first == own)
                return new HandlingLock(this, key, own);
            if (await first.Task.WaitAsync(cancellationToken))
                return null;
        }

        return null;
    }

    bool WasHandled((Guid, Guid) key)
    {
        lock (_lock)
            return _recent.Contains(key) || _previous.Contains(key);
    }

    void Remember((Guid, Guid) key)
    {
        lock (_lock)
        {
            if (_recent.Count >= MaxRemembered)
                (_previous, _recent) = (_recent, []);
            _recent.Add(key);
        }
    }

    /// <summary>The exclusive right to handle one message.</summary>
    public sealed class HandlingLock(InboxCache<TDbContext> cache, (Guid, Guid) key, TaskCompletionSource<bool> ended)
        : IDisposable
    {
        bool _handled;

        /// <summary>Records that the message was handled and committed.</summary>
        public void Handled()
        {
            _handled = true;
            cache.Remember(key);
        }

        public void Dispose()
        {
            cache._inProgress.TryRemove(key, out _);
            ended.TrySetResult(_handled);
        }
    }
}
