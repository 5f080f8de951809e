using System.Collections.Concurrent;
using MassTransit;
using RideBooking.Contracts;
using RideBooking.Operations.ErrorQueues;
using RideBooking.Platform;
using RideBooking.Platform.Messaging.Failures;

namespace RideBooking.Operations.Endpoints;

/// <summary>Requests the pause of an endpoint at which many messages fail for the same reason.</summary>
internal sealed class PauseOnFailures(PauseOptions options, WorkSignal<KeepPauses> signal, TimeProvider clock)
    : IFailureObserver
{
    // Fingerprints have no ids and numbers in them, but a message may contain any text.
    const int MaxFingerprints = 1000;

    static readonly TimeSpan s_window = TimeSpan.FromMinutes(1);

    readonly Lock _lock = new();
    readonly Dictionary<(string Endpoint, string Fingerprint), Queue<long>> _failures = [];
    readonly ConcurrentQueue<PausedEndpoint> _requested = new();

    public void OnFailed(string endpoint, ConsumeContext context, Exception exception)
    {
        if (options.PauseAfter == 0)
            return;
        var failure = FailureReason.Of(endpoint, context, exception);
        lock (_lock)
        {
            if (!Reached((endpoint, failure.Fingerprint)))
                return;
            Forget(endpoint);
        }
        _requested.Enqueue(
            new PausedEndpoint
            {
                Name = endpoint,
                At = clock.GetUtcNow(),
                By = null,
                Reason =
                    $"{options.PauseAfter} failures with fingerprint {failure.Fingerprint} within a minute: {failure}"
                        .MakeStorable()
                        .Shorten(Reasons.MaxLength),
            }
        );
        signal.Wake();
    }

    /// <summary>Returns the next pause that was requested and not done yet.</summary>
    public bool TryPeek(out PausedEndpoint? requested) => _requested.TryPeek(out requested);

    /// <summary>Removes the pause that <see cref="TryPeek"/> returned.</summary>
    public void Done() => _requested.TryDequeue(out _);

    /// <summary>Counts from zero again: failures before a pause do not count after it.</summary>
    public void Resumed(string endpoint)
    {
        lock (_lock)
            Forget(endpoint);
    }

    bool Reached((string, string) key)
    {
        var now = clock.GetTimestamp();
        if (!_failures.TryGetValue(key, out var times))
        {
            if (_failures.Count >= MaxFingerprints)
                foreach (var (old, seen) in _failures.ToList())
                    if (clock.GetElapsedTime(seen.Last(), now) > s_window)
                        _failures.Remove(old);
            if (_failures.Count >= MaxFingerprints)
                return false;
            _failures[key] = times = [];
        }
        times.Enqueue(now);
        while (clock.GetElapsedTime(times.Peek(), now) > s_window)
            times.Dequeue();
        return times.Count >= options.PauseAfter;
    }

    void Forget(string endpoint)
    {
        foreach (var key in _failures.Keys.Where(key => key.Endpoint == endpoint).ToList())
            _failures.Remove(key);
    }
}
