using System.Collections.Concurrent;

namespace RideBooking.Benchmarks.Saga;

/// <summary>The riders who wait for their rides, and the number of payments of each ride.</summary>
public sealed class Riders
{
    readonly ConcurrentDictionary<Guid, TaskCompletionSource> _waiting = new();
    readonly ConcurrentDictionary<Guid, int> _payments = new();

    /// <summary>The number of payments of each paid ride.</summary>
    public IReadOnlyDictionary<Guid, int> Payments => _payments;

    public Task Wait(Guid ride) =>
        _waiting.GetOrAdd(ride, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Arrived(Guid ride)
    {
        if (_waiting.TryRemove(ride, out var waiting))
            waiting.TrySetResult();
    }

    public void Paid(Guid ride) => _payments.AddOrUpdate(ride, 1, (_, times) => times + 1);
}
