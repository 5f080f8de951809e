using System.Collections.Concurrent;
using MassTransit;

namespace RideBooking.Operations.ErrorQueues;

/// <summary>The messages of the in-memory transport that were sent back and have not been handled yet.</summary>
/// <remarks>They are identified by a header, because a message that cannot be read has no id.</remarks>
internal sealed class PendingRedrives : IReceiveObserver
{
    public const string Header = "RideBooking-Sent-Back";

    readonly ConcurrentDictionary<Guid, TaskCompletionSource> _underway = [];

    /// <summary>The table rows of these messages, which do not count as being in their error queue meanwhile.</summary>
    public IReadOnlyList<Guid> Underway => [.. _underway.Keys];

    /// <summary>
    /// Completes when the message has been handled: consumed, scheduled for redelivery, or in an error queue again.
    /// </summary>
    public Task Begin(Guid row) =>
        _underway.GetOrAdd(row, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void End(Guid row) => _underway.TryRemove(row, out _);

    // A failure is reported before the message is in its error queue. This runs afterwards.
    public Task PostReceive(ReceiveContext context)
    {
        if (
            context.TransportHeaders.TryGetHeader(Header, out var value)
            && Guid.TryParse(value.ToString(), out var row)
            && _underway.TryGetValue(row, out var handled)
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
