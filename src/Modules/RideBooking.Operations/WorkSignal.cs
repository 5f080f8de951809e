namespace RideBooking.Operations;

/// <summary>Wakes this process's worker as soon as there is work. Other processes see it at their next poll.</summary>
/// <typeparam name="TWorker">The worker.</typeparam>
internal sealed class WorkSignal<TWorker> : IDisposable
{
    readonly SemaphoreSlim _wake = new(0);

    /// <summary>Wakes the worker, once however often this is called before it wakes.</summary>
    public void Wake()
    {
        if (_wake.CurrentCount == 0)
            _wake.Release();
    }

    public Task Wait(TimeSpan timeout, CancellationToken cancellationToken) =>
        _wake.WaitAsync(timeout, cancellationToken);

    public void Dispose() => _wake.Dispose();
}
