using System.Collections.Concurrent;

namespace RideBooking.Benchmarks.Saga;

/// <summary>Who waits for which ride, and how often each was paid.</summary>
public sealed class Riders
{
    readonly ConcurrentDictionary<Guid, TaskCompletionSource> _waiting = new();
    readonly ConcurrentDictionary<Guid, int> _payments = new();

    /// <summary>Rides that were paid, and how often.</summary>
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
