namespace RideBooking.Notifications.Deliveries;

/// <summary>Wakes this process's sender as soon as there are deliveries. Other processes see them at their next poll.</summary>
internal sealed class DeliverySignal : IDisposable
{
    readonly SemaphoreSlim _wake = new(0);

    public void Wake()
    {
        if (_wake.CurrentCount == 0)
            _wake.Release();
    }

    public Task Wait(TimeSpan timeout, CancellationToken cancellationToken) =>
        _wake.WaitAsync(timeout, cancellationToken);

    public void Dispose() => _wake.Dispose();
}
