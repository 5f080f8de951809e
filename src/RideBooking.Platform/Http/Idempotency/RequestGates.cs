namespace RideBooking.Platform.Http.Idempotency;

/// <summary>Lets one request of a key through at a time within this process.</summary>
/// <remarks>
/// A retry that arrives while the first attempt is in flight waits for its answer, and does not poll the database.
/// </remarks>
internal sealed class RequestGates
{
    readonly Dictionary<Guid, Gate> gates = [];

    /// <summary>Waits for the key; dispose the result to release it.</summary>
    public async Task<IDisposable> Enter(Guid id, CancellationToken cancellationToken)
    {
        Gate? gate;
        lock (gates)
        {
            if (!gates.TryGetValue(id, out gate))
                gates[id] = gate = new Gate();
            gate.Users++;
        }

        try
        {
            await gate.Semaphore.WaitAsync(cancellationToken);
        }
        catch
        {
            Leave(id, gate);
            throw;
        }

        return new Holder(this, id, gate);
    }

    void Leave(Guid id, Gate gate)
    {
        lock (gates)
            if (--gate.Users == 0)
            {
                gates.Remove(id);
                gate.Semaphore.Dispose();
            }
    }

    /// <summary>The number of keys in use, for tests, which check that none is left behind.</summary>
    internal int Count
    {
        get
        {
            lock (gates)
                return gates.Count;
        }
    }

    sealed class Gate
    {
        public SemaphoreSlim Semaphore { get; } = new(1, 1);

        public int Users { get; set; }
    }

    sealed class Holder(RequestGates gates, Guid id, Gate gate) : IDisposable
    {
        public void Dispose()
        {
            gate.Semaphore.Release();
            gates.Leave(id, gate);
        }
    }
}
