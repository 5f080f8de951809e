using RideBooking.Platform.Messaging;

namespace RideBooking.Tests.Messaging;

public sealed class Turns_of_a_ride
{
    static readonly Guid s_ride = Guid.CreateVersion7();

    readonly KeyedQueue<Guid> _turns = new();
    readonly List<string> _begun = [];

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Are_taken_one_after_the_other_in_the_order_of_arrival()
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
    public async Task Keep_no_other_ride_waiting()
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
    public async Task Go_on_after_one_that_failed_and_leave_nothing_behind()
    {
        var (first, second) = (Work("first"), Work("second"));
        first.Ends.SetException(new InvalidOperationException("A bug."));
        await Should.ThrowAsync<InvalidOperationException>(first.Handled);

        second.Ends.SetResult();
        await second.Handled;
        _turns.Keys.ShouldBe(0);
    }

    [Fact]
    public async Task Are_given_up_by_who_is_told_to_stop_and_the_next_still_waits_for_its_own()
    {
        var first = Work("first");
        using var cancellationToken = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var waiting = _turns
            .Enqueue(s_ride)
            .Run(() => throw new InvalidOperationException("Not its turn."), cancellationToken.Token);
        await cancellationToken.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(waiting);
        var next = Work("next");
        _begun.ShouldBe(["first"]);

        first.Ends.SetResult();
        next.Ends.SetResult();
        await Task.WhenAll(first.Handled, next.Handled);
        _turns.Keys.ShouldBe(0);
    }

    (TaskCompletionSource Ends, Task Begun, Task Handled) Work(string name, Guid? ride = null)
    {
        var (begins, ends) = (new TaskCompletionSource(), new TaskCompletionSource());
        var handled = _turns
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
