namespace RideBooking.Operations.ErrorQueues;

/// <summary>The queues from which no messages could be moved. One queue that fails does not keep the others from being moved.</summary>
internal sealed class QueuesNotMoved
{
    readonly List<(string Queue, Exception Reason)> _failures = [];

    public void Add(string queue, Exception reason) => _failures.Add((queue, reason));

    public bool Contains(string queue) => _failures.Exists(failure => failure.Queue == queue);

    /// <exception cref="AggregateException">A queue failed. The message names it.</exception>
    public void ThrowIfAny()
    {
        if (_failures.Count > 0)
            throw new AggregateException(
                $"Messages stay in {string.Join(", ", _failures.Select(failure => failure.Queue))}.",
                _failures.Select(failure => failure.Reason)
            );
    }
}
