using System.Collections.Concurrent;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// What this process is handling or has handled lately. A second delivery that meets the first waits for its end, and one
/// that comes soon after costs no look at the database. The inbox decides all others, and always in the end.
/// </summary>
sealed class InboxCache<TDbContext>
{
    const int MaxRemembered = 20_000;

    readonly ConcurrentDictionary<(Guid Message, Guid Consumer), TaskCompletionSource<bool>> _inHand = new();
    readonly Lock _lock = new();
    HashSet<(Guid, Guid)> _recent = [];
    HashSet<(Guid, Guid)> _before = [];

    /// <summary>Returns when nobody else here has the message in hand: null if it was handled, else the turn to handle it.</summary>
    public async Task<Turn?> Take(Guid message, Guid consumer, CancellationToken cancellationToken)
    {
        var key = (message, consumer);
        while (!WasHandled(key))
        {
            var mine = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            var first = _inHand.GetOrAdd(key, mine);
            if (first == mine)
                return new Turn(this, key, mine);
            if (await first.Task.WaitAsync(cancellationToken))
                return null;
        }

        return null;
    }

    bool WasHandled((Guid, Guid) key)
    {
        lock (_lock)
            return _recent.Contains(key) || _before.Contains(key);
    }

    void Remember((Guid, Guid) key)
    {
        lock (_lock)
        {
            if (_recent.Count >= MaxRemembered)
                (_before, _recent) = (_recent, []);
            _recent.Add(key);
        }
    }

    /// <summary>One message in hand.</summary>
    public sealed class Turn(InboxCache<TDbContext> seen, (Guid, Guid) key, TaskCompletionSource<bool> ends)
        : IDisposable
    {
        bool _handled;

        /// <summary>It is committed.</summary>
        public void Handled()
        {
            _handled = true;
            seen.Remember(key);
        }

        public void Dispose()
        {
            seen._inHand.TryRemove(key, out _);
            ends.TrySetResult(_handled);
        }
    }
}
