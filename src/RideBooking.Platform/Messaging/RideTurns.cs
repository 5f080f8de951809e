using MassTransit;
using RideBooking.Platform.Observability;

namespace RideBooking.Platform.Messaging;

/// <summary>
/// At one endpoint of one process, a ride's messages are handled one after the other, in the order in which they came, and
/// those of other rides beside them. Nothing depends on it: handlers bear any order, and other processes are not asked. But
/// two that meet at one row cost an attempt each, and messages of one ride often come together.
/// </summary>
internal sealed class RideTurns : IAroundMessages
{
    readonly Lock _lock = new();
    readonly Dictionary<Guid, Task> _last = [];

    /// <summary>How many rides have a message in hand.</summary>
    public int Rides
    {
        get
        {
            lock (_lock)
                return _last.Count;
        }
    }

    public Task Handle<T>(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
        where T : class =>
        RideOf<T>.Message(context.Message) is { } ride
            ? Handle(ride, () => next.Send(context), context.CancellationToken)
            : next.Send(context);

    /// <summary>Does it when what came before for this ride has ended, however it ended.</summary>
    public async Task Handle(Guid ride, Func<Task> handle, CancellationToken stop)
    {
        var ends = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task before;
        lock (_lock)
        {
            before = _last.GetValueOrDefault(ride, Task.CompletedTask);
            _last[ride] = ends.Task;
        }

        try
        {
            await before.WaitAsync(stop);
        }
        catch (OperationCanceledException)
        {
            _ = LeaveAfter();
            throw;
        }

        try
        {
            await handle();
        }
        finally
        {
            Leave();
        }

        // Who gives up waiting has not handled anything: the next still waits for those before.
        async Task LeaveAfter()
        {
            await before;
            Leave();
        }

        void Leave()
        {
            lock (_lock)
                if (_last[ride] == ends.Task)
                    _last.Remove(ride);
            ends.SetResult();
        }
    }
}
