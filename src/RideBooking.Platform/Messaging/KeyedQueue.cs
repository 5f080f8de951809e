namespace RideBooking.Platform.Messaging;

/// <summary>Whoever takes a turn for a key has it when all have ended who took theirs for this key before, however they ended.</summary>
internal sealed class KeyedQueue<TKey>
    where TKey : notnull
{
    readonly Lock _lock = new();
    readonly Dictionary<TKey, Task> _last = [];

    /// <summary>For how many keys somebody has a turn or waits for it.</summary>
    public int Keys
    {
        get
        {
            lock (_lock)
                return _last.Count;
        }
    }

    /// <summary>Stands in line at once. The turn must be used, or nobody behind it gets his.</summary>
    public Ticket Enqueue(TKey key)
    {
        var ends = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            var before = _last.GetValueOrDefault(key, Task.CompletedTask);
            _last[key] = ends.Task;
            return new Ticket(this, key, before, ends);
        }
    }

    void Leave(TKey key, TaskCompletionSource ends)
    {
        lock (_lock)
            if (_last[key] == ends.Task)
                _last.Remove(key);
        ends.SetResult();
    }

    /// <summary>A place in line.</summary>
    internal sealed class Ticket(KeyedQueue<TKey> turns, TKey key, Task before, TaskCompletionSource ends)
    {
        /// <summary>Does it when those before have ended; or not at all, and throws, when waiting is given up.</summary>
        public async Task Run(Func<Task> handle, CancellationToken cancellationToken)
        {
            try
            {
                await before.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                _ = LeaveAfter();
                throw;
            }

            try
            {
                await handle();
            }
            finally
            {
                turns.Leave(key, ends);
            }
        }

        // Who gives up waiting has not handled anything: the next still waits for those before.
        async Task LeaveAfter()
        {
            await before;
            turns.Leave(key, ends);
        }
    }
}
