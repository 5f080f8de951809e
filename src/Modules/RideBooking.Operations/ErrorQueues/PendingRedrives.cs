using System.Collections.Concurrent;
using MassTransit;

namespace RideBooking.Operations.ErrorQueues;

/// <summary>The messages of the in-memory transport that were sent back and have not been handled yet.</summary>
/// <remarks>They are identified by a header, because a message that cannot be read has no id.</remarks>
internal sealed class PendingRedrives : IReceiveObserver
{
    public const string Header = "RideBooking-Sent-Back";

    readonly ConcurrentDictionary<Guid, TaskCompletionSource> _pending = [];

    /// <summary>Starts waiting for the message that is sent next.</summary>
    /// <returns>
    /// The value of its <see cref="Header"/>, and what completes when it has been handled: consumed, scheduled for redelivery, or
    /// in an error queue again.
    /// </returns>
    public (Guid Id, Task Handled) Begin()
    {
        var (id, handled) = (
            Guid.NewGuid(),
            new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
        );
        _pending[id] = handled;
        return (id, handled.Task);
    }

    /// <summary>Stops waiting for a message that could not be sent.</summary>
    public void Forget(Guid id) => _pending.TryRemove(id, out _);

    // A failure is reported before the message is in its error queue. This runs afterwards.
    public Task PostReceive(ReceiveContext context)
    {
        if (
            context.TransportHeaders.TryGetHeader(Header, out var value)
            && Guid.TryParse(value.ToString(), out var id)
            && _pending.TryRemove(id, out var handled)
        )
            handled.TrySetResult();
        return Task.CompletedTask;
    }

    public Task PreReceive(ReceiveContext context) => Task.CompletedTask;

    public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
        where T : class => Task.CompletedTask;

    public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
        where T : class => Task.CompletedTask;

    public Task ReceiveFault(ReceiveContext context, Exception exception) => Task.CompletedTask;
}
