namespace RideBooking.Platform.Messaging;

/// <summary>Serializes work per key, in arrival order, however the work before has ended.</summary>
internal sealed class KeyedQueue<TKey>
    where TKey : notnull
{
    readonly Lock _lock = new();
    readonly Dictionary<TKey, Task> _last = [];

    /// <summary>The number of keys with work that runs or waits.</summary>
    public int Keys
    {
        get
        {
            lock (_lock)
                return _last.Count;
        }
    }

    /// <summary>Takes the next place in the key's queue. The ticket must be used, or the tickets behind it wait without end.</summary>
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

    /// <summary>A place in the queue of a key.</summary>
    internal sealed class Ticket(KeyedQueue<TKey> turns, TKey key, Task before, TaskCompletionSource ends)
    {
        /// <summary>Runs the work when the work before has ended. Throws, without running it, when the wait is cancelled.</summary>
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

        // A ticket that gave up has done nothing: the next one still waits for those before.
        async Task LeaveAfter()
        {
            await before;
            turns.Leave(key, ends);
        }
    }
}
