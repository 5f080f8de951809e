namespace RideBooking.Benchmarks.Failures;

/// <summary>Observes the memory of host and servers during the parts of a run.</summary>
sealed class MemoryWatch(SystemUnderTest system)
{
    static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);

    readonly List<MemoryPeak> _peaks = [];

    /// <summary>What was observed so far.</summary>
    public IReadOnlyList<MemoryPeak> Peaks => _peaks;

    /// <summary>Records the memory after a full garbage collection.</summary>
    public async Task Now(string part, CancellationToken cancellationToken) =>
        _peaks.Add(Use(part, await system.CountsWhenClean(cancellationToken)));

    /// <summary>Records the maximum, by a query every half a second, while something is done.</summary>
    public async Task<T> During<T>(string part, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var observing = Observe(part, stop.Token);
        try
        {
            return await work();
        }
        finally
        {
            await stop.CancelAsync();
            _peaks.Add(await observing);
        }
    }

    async Task<MemoryPeak> Observe(string part, CancellationToken cancellationToken)
    {
        var peak = new MemoryPeak(part, 0, new Dictionary<string, double>());
        while (!cancellationToken.IsCancellationRequested)
        {
            var now = Use(part, await system.Counts(CancellationToken.None));
            peak = new MemoryPeak(
                part,
                Math.Max(peak.HostHeap, now.HostHeap),
                now.Processes.ToDictionary(
                    process => process.Key,
                    process => Math.Max(process.Value, peak.Processes.GetValueOrDefault(process.Key))
                )
            );
            await Task.Delay(s_pause, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return peak;
    }

    static MemoryPeak Use(string part, Counts counts) =>
        new(part, counts.Heap / 1e6, ProcessUse.Memory(counts.ProcessId));
}
