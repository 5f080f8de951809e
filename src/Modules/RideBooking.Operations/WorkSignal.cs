namespace RideBooking.Operations;

/// <summary>Wakes this process's worker as soon as work is accepted. Other processes see it at their next poll.</summary>
/// <typeparam name="TWorker">The worker.</typeparam>
internal sealed class WorkSignal<TWorker> : IDisposable
{
    readonly SemaphoreSlim _wake = new(0);

    public void Wake() => _wake.Release();

    public Task Wait(TimeSpan timeout, CancellationToken cancellationToken) =>
        _wake.WaitAsync(timeout, cancellationToken);

    public void Dispose() => _wake.Dispose();
}
