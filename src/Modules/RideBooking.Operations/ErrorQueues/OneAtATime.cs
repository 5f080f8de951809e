using System.Collections.Concurrent;

namespace RideBooking.Operations.ErrorQueues;

/// <summary>Allows one read or pass through a queue at a time in this process.</summary>
/// <remarks>
/// On RabbitMQ, another reader does not see the messages that one reader has taken. Across processes, a pass is repeated
/// until it has found its messages.
/// </remarks>
internal sealed class OneAtATime
{
    readonly ConcurrentDictionary<string, SemaphoreSlim> _queues = [];

    public async Task<IDisposable> Enter(string queue, CancellationToken cancellationToken)
    {
        var gate = _queues.GetOrAdd(queue, _ => new SemaphoreSlim(1));
        await gate.WaitAsync(cancellationToken);
        return new Exit(gate);
    }

    sealed class Exit(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}
