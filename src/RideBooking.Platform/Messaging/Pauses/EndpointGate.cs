namespace RideBooking.Platform.Messaging.Pauses;

/// <summary>Lets an endpoint of this process consume, or not.</summary>
internal sealed class EndpointGate
{
    // Completed while the gate is open.
    volatile TaskCompletionSource _open = Opened();

    public bool IsClosed => !_open.Task.IsCompleted;

    /// <summary>Completes when the gate is open.</summary>
    public Task WhenOpen(CancellationToken cancellationToken) => _open.Task.WaitAsync(cancellationToken);

    public void Close()
    {
        if (!IsClosed)
            _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void Open() => _open.TrySetResult();

    static TaskCompletionSource Opened()
    {
        var opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        opened.SetResult();
        return opened;
    }
}
