namespace MassTransit.EntityFrameworkCoreIntegration.Saga;

/// <summary>Lets the messages of one saga instance take turns within this process, in the order in which they ask.</summary>
/// <remarks>
/// Two messages of one instance that are handled at the same time would both read the same version. The second would fail, and
/// with it the group in which it is written. Messages of other processes do not wait: the version decides between them.
/// </remarks>
sealed class SagaTurns
{
    readonly Lock _lock = new();
    readonly Dictionary<Guid, Task> _last = [];

    /// <summary>Waits until all earlier turns of this instance have ended.</summary>
    /// <returns>The turn; it ends when it is disposed of.</returns>
    public async Task<IDisposable> Wait(Guid correlationId, CancellationToken cancellationToken)
    {
        var turn = new Turn(this, correlationId);
        Task? earlier;
        lock (_lock)
        {
            _last.TryGetValue(correlationId, out earlier);
            _last[correlationId] = turn.Ended;
        }
        if (earlier is null)
            return turn;
        try
        {
            await earlier.WaitAsync(cancellationToken);
            return turn;
        }
        catch (OperationCanceledException)
        {
            // The next one still waits for the earlier ones.
            _ = earlier.ContinueWith(
                _ => turn.Dispose(),
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default
            );
            throw;
        }
    }

    sealed class Turn(SagaTurns turns, Guid correlationId) : IDisposable
    {
        readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Ended => _ended.Task;

        public void Dispose()
        {
            lock (turns._lock)
                if (turns._last.TryGetValue(correlationId, out var last) && last == Ended)
                    turns._last.Remove(correlationId);
            _ended.TrySetResult();
        }
    }
}
