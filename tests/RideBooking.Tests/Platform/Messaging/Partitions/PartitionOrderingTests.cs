using RideBooking.Platform.Messaging;
using RideBooking.Platform.Messaging.Partitions;

namespace RideBooking.Tests.Platform.Messaging.Partitions;

public sealed class PartitionOrderingTests
{
    readonly KeyedQueue<string> _queue = new();
    readonly List<ulong> _handled = [];

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Are_handled_in_the_order_of_their_numbers_whichever_thread_is_first()
    {
        var channel = new PartitionOrdering.Entrance(_queue);

        var third = Handle(channel, 3, "a ride");
        var second = Handle(channel, 2, "a ride");
        _handled.ShouldBeEmpty();
        var first = Handle(channel, 1, "a ride");

        await Task.WhenAll(first, second, third);
        _handled.ShouldBe([1ul, 2, 3]);
        _queue.Keys.ShouldBe(0);
    }

    [Fact]
    public async Task Wait_only_for_messages_of_their_own_ride()
    {
        var channel = new PartitionOrdering.Entrance(_queue);
        var inHand = new TaskCompletionSource();

        var first = Handle(channel, 1, "a ride", inHand.Task);
        var second = Handle(channel, 2, "a ride");
        await Handle(channel, 3, "another ride");
        _handled.ShouldBe([3ul]);

        inHand.SetResult();
        await Task.WhenAll(first, second);
        _handled.ShouldBe([3ul, 1, 2]);
    }

    // After a reconnection the broker redelivers unacknowledged messages, numbered from 1 again.
    [Fact]
    public async Task Of_the_next_channel_wait_for_those_of_the_previous_one_that_are_still_in_flight()
    {
        var (before, after) = (new PartitionOrdering.Entrance(_queue), new PartitionOrdering.Entrance(_queue));
        var inHand = new TaskCompletionSource();

        var old = Handle(before, 4, "a ride");
        for (var number = 1ul; number < 4; number++)
            await Handle(before, number, "other rides");
        await old;
        var first = Handle(before, 5, "a ride", inHand.Task);
        _handled.Clear();
        var again = Handle(after, 1, "a ride");
        again.IsCompleted.ShouldBeFalse();

        inHand.SetResult();
        await Task.WhenAll(first, again);
        _handled.ShouldBe([5ul, 1]);
    }

    async Task Handle(PartitionOrdering.Entrance channel, ulong number, string ride, Task? until = null)
    {
        var ticket = await channel.Enter(number, ride);
        await ticket.Run(
            async () =>
            {
                await (until ?? Task.CompletedTask);
                lock (_handled)
                    _handled.Add(number);
            },
            Stop
        );
    }
}
