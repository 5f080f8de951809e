namespace RideBooking.Platform.Http.Idempotency;

/// <summary>
/// Lets one request of a key through at a time within this process, so that a repeat which comes while the first is still
/// carried out waits for its answer instead of asking the database over and over.
/// </summary>
internal sealed class RequestGates
{
    readonly Dictionary<Guid, Gate> gates = [];

    /// <summary>Waits for the turn; dispose the result to let the next one in.</summary>
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
            await gate.Turn.WaitAsync(cancellationToken);
        }
        catch
        {
            Leave(id, gate);
            throw;
        }

        return new Turn(this, id, gate);
    }

    void Leave(Guid id, Gate gate)
    {
        lock (gates)
            if (--gate.Users == 0)
            {
                gates.Remove(id);
                gate.Turn.Dispose();
            }
    }

    /// <summary>How many keys are in use; for tests, which see by it that none is left behind.</summary>
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
        public SemaphoreSlim Turn { get; } = new(1, 1);

        public int Users { get; set; }
    }

    sealed class Turn(RequestGates gates, Guid id, Gate gate) : IDisposable
    {
        public void Dispose()
        {
            gate.Turn.Release();
            gates.Leave(id, gate);
        }
    }
}
