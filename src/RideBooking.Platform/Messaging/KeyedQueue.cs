namespace RideBooking.Platform.Messaging;

/// <summary>Serializes work per key, in arrival order, whether or not the preceding work succeeded.</summary>
internal sealed class KeyedQueue<TKey>
    where TKey : notnull
{
    readonly Lock _lock = new();
    readonly Dictionary<TKey, Task> _last = [];

    /// <summary>The number of keys with running or waiting work.</summary>
    public int Keys
    {
        get
        {
            lock (_lock)
                return _last.Count;
        }
    }

    /// <summary>
    /// Enqueues a ticket for the key. The ticket must be used; otherwise the tickets behind it wait indefinitely.
    /// </summary>
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
    internal sealed class Ticket(KeyedQueue<TKey> queue, TKey key, Task before, TaskCompletionSource ends)
    {
        /// <summary>
        /// Runs the work after the preceding work has ended. Throws, without running it, when the wait is cancelled.
        /// </summary>
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
                queue.Leave(key, ends);
            }
        }

        // A cancelled ticket has done nothing: the next one still waits for those before it.
        async Task LeaveAfter()
        {
            await before;
            queue.Leave(key, ends);
        }
    }
}
