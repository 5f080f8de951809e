using MassTransit.EntityFrameworkCoreIntegration;

namespace RideBooking.Tests.MassTransitOnEntityFramework;

public sealed class MessagesInFlightTests
{
    readonly MessagesInFlight _inFlight = new();

    [Fact]
    public void A_message_is_held_once_until_it_is_deleted()
    {
        var (first, second) = (Message(), Message());
        var batch = _inFlight.Hold(new OutboxBatch([first], isCommitted: true)).ShouldNotBeNull();
        _inFlight.Hold(new OutboxBatch([first], isCommitted: true)).ShouldBeNull("it is held already");
        _inFlight
            .Hold(new OutboxBatch([first, second], isCommitted: false))
            .ShouldNotBeNull()
            .Messages.ShouldHaveSingleItem()
            .ShouldBe(second);

        _inFlight.IsSent(first.Id).ShouldBeFalse();
        _inFlight.Sent([first.Id]);
        _inFlight.IsSent(first.Id).ShouldBeTrue();
        _inFlight.Deleted([first.Id]);
        _inFlight.Contains(first.Id).ShouldBeFalse();
        _inFlight.IsIdle.ShouldBeFalse("it is not released");
        _inFlight.Release(batch);
        batch.Released.IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public void A_message_that_was_not_sent_is_left_to_the_sweeper()
    {
        var message = Message();
        var batch = _inFlight.Hold(new OutboxBatch([message], isCommitted: true)).ShouldNotBeNull();
        _inFlight.Release(batch);
        _inFlight.Contains(message.Id).ShouldBeFalse();
        _inFlight.IsIdle.ShouldBeTrue();
    }

    [Fact]
    public void A_message_that_could_not_be_deleted_is_held_while_its_deletion_is_tried_again()
    {
        var message = Message();
        var batch = _inFlight.Hold(new OutboxBatch([message], isCommitted: true)).ShouldNotBeNull();
        _inFlight.Sent([message.Id]);
        _inFlight.NotDeleted([message.Id]);

        // Another batch tries again before this one is released.
        var again = _inFlight.TakeUndeleted();
        _inFlight.Release(batch);

        _inFlight.Contains(message.Id).ShouldBeTrue("a sweeper would send it again");
        _inFlight.IsSent(message.Id).ShouldBeTrue();
        _inFlight.IsIdle.ShouldBeTrue("nothing waits to be sent");
        _inFlight.Deleted(again);
        _inFlight.Contains(message.Id).ShouldBeFalse();
    }

    [Fact]
    public async Task Those_who_wait_learn_what_is_sent_next()
    {
        var next = _inFlight.NextSent;
        next.IsCompleted.ShouldBeFalse();
        _inFlight.Sent([]);
        await next;
        _inFlight.NextSent.IsCompleted.ShouldBeFalse();
    }

    static OutboxMessage Message() => new() { Id = Guid.CreateVersion7() };
}
