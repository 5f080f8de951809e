namespace RideBooking.Platform.Messaging;

/// <summary>Lets one caller at a time work on a key in this process. Keys that are not in use take no memory.</summary>
/// <remarks>It does not keep the order in which callers arrive; <see cref="KeyedQueue{TKey}"/> does.</remarks>
public sealed class KeyedLock<TKey>
    where TKey : notnull
{
    readonly Dictionary<TKey, Gate> _gates = [];

    /// <summary>The number of keys in use.</summary>
    public int Keys
    {
        get
        {
            lock (_gates)
                return _gates.Count;
        }
    }

    /// <summary>Takes the key if it is free; dispose the result to release it.</summary>
    public IDisposable? TryEnter(TKey key)
    {
        lock (_gates)
            return _gates.ContainsKey(key) ? null : Take(key);
    }

    /// <summary>Waits for the key; dispose the result to release it.</summary>
    public async Task<IDisposable> Enter(TKey key, CancellationToken cancellationToken)
    {
        Gate? gate;
        lock (_gates)
        {
            if (!_gates.TryGetValue(key, out gate))
                return Take(key);
            gate.Users++;
        }

        try
        {
            await gate.Semaphore.WaitAsync(cancellationToken);
        }
        catch
        {
            Leave(key, gate);
            throw;
        }

        return new Holder(this, key, gate);
    }

    Holder Take(TKey key) => new(this, key, _gates[key] = new Gate());

    void Leave(TKey key, Gate gate)
    {
        lock (_gates)
            if (--gate.Users == 0)
            {
                _gates.Remove(key);
                gate.Semaphore.Dispose();
            }
    }

    sealed class Gate
    {
        // The first user holds it already; the others wait.
        public SemaphoreSlim Semaphore { get; } = new(0, 1);

        public int Users { get; set; } = 1;
    }

    sealed class Holder(KeyedLock<TKey> owner, TKey key, Gate gate) : IDisposable
    {
        public void Dispose()
        {
            gate.Semaphore.Release();
            owner.Leave(key, gate);
        }
    }
}
