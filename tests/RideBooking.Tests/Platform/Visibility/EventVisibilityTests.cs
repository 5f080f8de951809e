using System.Diagnostics;
using MassTransit;
using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.EventLog;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Visibility;
using RideBooking.TestKit.Messaging;

namespace RideBooking.Tests.Platform.Visibility;

public sealed class EventVisibilityTests
{
    [Fact]
    public async Task A_wait_that_has_ended_leaves_nothing_behind_whatever_is_found_for_it_afterwards()
    {
        await using var lab = await FaultLab.Start();
        var visibility = lab.Services.GetRequiredService<EventVisibility>();
        var (stream, first, second) = ("a-ride", NewId.NextGuid(), NewId.NextGuid());

        var wait = visibility.Begin([typeof(Trouble)], new object());
        wait.Follow(stream);
        wait.Add(first, nameof(Trouble)).ShouldBeTrue();
        visibility.Keys.ShouldBe(3);
        wait.Dispose();
        // A poll that was in progress when the wait ended.
        wait.Follow(stream);
        wait.Add(second, nameof(Trouble)).ShouldBeFalse();

        (visibility.Keys, visibility.IsNeeded).ShouldBe((0, false));
    }

    [Fact]
    public async Task A_consumer_that_hangs_delays_no_command_and_is_waited_for_by_the_next_request_once_it_goes_on()
    {
        await using var lab = await FaultLab.Start(("Messaging:VisibilityTimeout", "00:00:01"));
        var visibility = lab.Services.GetRequiredService<EventVisibility>();
        var consumers = lab.Services.GetRequiredService<InboxConsumers>().Of(typeof(Trouble));
        var (first, second, third) = (NewId.NextGuid(), NewId.NextGuid(), NewId.NextGuid());
        visibility.End(await Answered(first), caller: "one");

        visibility.End(await Answered(second), caller: "other");
        visibility
            .WaitForEarlier("other", isRead: true, Stopwatch.GetTimestamp(), Stop)
            .IsCompleted.ShouldBeTrue("it hangs");

        Handles(third);
        var next = visibility.WaitForEarlier("other", isRead: true, Stopwatch.GetTimestamp(), Stop);
        next.IsCompleted.ShouldBeFalse("the consumer handles events again, and will handle this one");
        Handles(second);
        await next;

        async Task<EventVisibility.Wait> Answered(Guid message)
        {
            var wait = visibility.Begin([typeof(Trouble)]);
            wait.Add(message, nameof(Trouble)).ShouldBeTrue();
            await wait.Finish(Stop);
            return wait;
        }

        void Handles(Guid message) => visibility.Handled(consumers.Select(consumer => (message, consumer.Id)));
    }

    [Fact]
    public async Task A_consumer_that_hangs_is_not_waited_for_again_however_long_it_hangs()
    {
        await using var lab = await FaultLab.Start(("Messaging:VisibilityTimeout", "00:00:00.05"));
        var visibility = lab.Services.GetRequiredService<EventVisibility>();
        using var first = visibility.Begin([typeof(Trouble)]);
        first.Add(NewId.NextGuid(), nameof(Trouble));
        await first.Finish(Stop);
        while (!first.IsOld)
            await Task.Yield();

        using var later = visibility.Begin([typeof(Trouble)]);
        later.Add(NewId.NextGuid(), nameof(Trouble));
        later.Finish(Stop).IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public async Task An_event_that_was_handled_while_the_caller_read_has_it_read_again()
    {
        await using var lab = await FaultLab.Start();
        var visibility = lab.Services.GetRequiredService<EventVisibility>();
        (await visibility.WaitUntilHandled("a-ride", [typeof(Trouble)], Stop)).ShouldBeFalse("there is no event");

        var id = NewId.NextGuid();
        var now = DateTime.UtcNow;
        await lab.In(async db =>
        {
            db.Add(
                new LoggedEvent
                {
                    EventId = id,
                    EventType = nameof(Trouble),
                    Version = 1,
                    Source = "test",
                    StreamId = "a-ride",
                    Payload = "{}",
                }
            );
            db.AddRange(
                lab.Services.GetRequiredService<InboxConsumers>()
                    .Of(typeof(Trouble))
                    .Select(consumer => new InboxState
                    {
                        MessageId = id,
                        ConsumerId = consumer.Id,
                        Received = now,
                        Consumed = now,
                    })
            );
            return await db.SaveChangesAsync(Stop);
        });

        (await visibility.WaitUntilHandled("a-ride", [typeof(Trouble)], Stop)).ShouldBeTrue();
    }

    [Fact]
    public async Task Commands_beyond_what_keeps_the_consumers_busy_wait_for_others_to_end()
    {
        await using var lab = await FaultLab.Start();
        var visibility = lab.Services.GetRequiredService<EventVisibility>();
        for (var command = 0; command < EventVisibility.MaxCommands; command++)
            (await Enters()).ShouldBeTrue();

        var next = Enters();
        next.IsCompleted.ShouldBeFalse();
        visibility.Leave();

        (await next).ShouldBeTrue();

        Task<bool> Enters() => visibility.Enter(Stopwatch.GetTimestamp(), Stop);
    }

    static CancellationToken Stop => TestContext.Current.CancellationToken;
}
