using RideBooking.Platform.Messaging;

namespace RideBooking.Tests.Platform.Messaging;

public sealed class KeyedQueueTests
{
    static readonly Guid s_ride = Guid.CreateVersion7();

    readonly KeyedQueue<Guid> _queue = new();
    readonly List<string> _begun = [];

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Work_of_a_ride_runs_one_at_a_time_in_the_order_of_arrival()
    {
        var (first, second, third) = (Work("first"), Work("second"), Work("third"));
        _begun.ShouldBe(["first"]);

        first.Ends.SetResult();
        await first.Handled;
        await second.Begun;
        _begun.ShouldBe(["first", "second"]);

        second.Ends.SetResult();
        third.Ends.SetResult();
        await Task.WhenAll(second.Handled, third.Handled);
        _begun.ShouldBe(["first", "second", "third"]);
    }

    [Fact]
    public async Task Work_of_another_ride_does_not_wait()
    {
        var first = Work("first");
        var other = Work("of another ride", Guid.CreateVersion7());
        other.Ends.SetResult();
        await other.Handled;

        first.Handled.IsCompleted.ShouldBeFalse();
        first.Ends.SetResult();
        await first.Handled;
    }

    [Fact]
    public async Task Work_that_failed_does_not_stop_the_next_and_leaves_nothing_behind()
    {
        var (first, second) = (Work("first"), Work("second"));
        first.Ends.SetException(new InvalidOperationException("A bug."));
        await Should.ThrowAsync<InvalidOperationException>(first.Handled);

        second.Ends.SetResult();
        await second.Handled;
        _queue.Keys.ShouldBe(0);
    }

    [Fact]
    public async Task Cancelled_work_leaves_the_queue_and_the_next_still_waits_for_the_first()
    {
        var first = Work("first");
        using var cancellationToken = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var waiting = _queue
            .Enqueue(s_ride)
            .Run(() => throw new InvalidOperationException("Must not run."), cancellationToken.Token);
        await cancellationToken.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(waiting);
        var next = Work("next");
        _begun.ShouldBe(["first"]);

        first.Ends.SetResult();
        next.Ends.SetResult();
        await Task.WhenAll(first.Handled, next.Handled);
        _queue.Keys.ShouldBe(0);
    }

    (TaskCompletionSource Ends, Task Begun, Task Handled) Work(string name, Guid? ride = null)
    {
        var (begins, ends) = (new TaskCompletionSource(), new TaskCompletionSource());
        var handled = _queue
            .Enqueue(ride ?? s_ride)
            .Run(
                () =>
                {
                    _begun.Add(name);
                    begins.SetResult();
                    return ends.Task;
                },
                Stop
            );
        return (ends, begins.Task, handled);
    }
}
