using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform.Messaging;

namespace RideBooking.Tests.Messaging;

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
        // A poll that was under way when the wait ended.
        wait.Follow(stream);
        wait.Add(second, nameof(Trouble)).ShouldBeFalse();

        (visibility.Keys, visibility.IsNeeded).ShouldBe((0, false));
    }
}
