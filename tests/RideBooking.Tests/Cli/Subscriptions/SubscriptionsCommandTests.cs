using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Cli;
using RideBooking.EventLog.Subscriptions;
using RideBooking.Platform.Persistence;

namespace RideBooking.Tests.Cli.Subscriptions;

/// <summary>An operator uses <c>ridebooking subscriptions</c> on a running host.</summary>
public sealed class SubscriptionsCommandTests(ListeningHost host) : IClassFixture<ListeningHost>
{
    const string Name = "ride-facts";

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lists_the_subscriptions_and_deals_with_parked_events()
    {
        await Park(4711);
        await Park(4712);

        var lines = (await host.Run("subscriptions", "list")).ShouldEnd(ExitCode.Done).Lines;
        lines.ShouldContain(line => line.StartsWith($"{Name}\treading\t") && line.EndsWith("\t2"));
        var parked = (await host.Run("subscriptions", "parked", Name)).ShouldEnd(ExitCode.Done).Out;
        parked.ShouldContain("4711");
        parked.ShouldContain("RideStarted 1 of a-ride, parked");
        parked.ShouldContain("A bug.");

        (await host.Run("subscriptions", "retry", Name, "4711", "--reason", "mended"))
            .ShouldEnd(ExitCode.Done)
            .Out.ShouldBe("The event will be retried within seconds.\n");
        (await host.Run("subscriptions", "skip", Name, "4712", "--reason", "a test"))
            .ShouldEnd(ExitCode.Done)
            .Out.ShouldBe("The event is left out. It stays in the event log.\n");
        (await host.Run("subscriptions", "skip", Name, "4712", "--reason", "a test")).ShouldEnd(ExitCode.NotFound);
        var actions = (await host.Run("audit", "actions")).Lines;
        actions.ShouldContain(line => line.Contains("\tskip-event\t") && line.EndsWith("\ta test"));
        actions.ShouldContain(line => line.Contains("\tretry-event\t") && line.EndsWith("\tmended"));
    }

    [Fact]
    public async Task Starts_a_stopped_subscription_and_names_one_that_does_not_exist()
    {
        (await host.Run("subscriptions", "start", Name, "--reason", "mended"))
            .ShouldEnd(ExitCode.Done)
            .Out.ShouldStartWith("The subscription reads from position ");
        (await host.Run("subscriptions", "parked", "none")).ShouldEnd(ExitCode.NotFound);
        (await host.Run("subscriptions", "start", "none", "--reason", "x")).ShouldEnd(ExitCode.NotFound);
    }

    async Task Park(long position)
    {
        await using var scope = host.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var live = await db.Set<Subscription>().SingleAsync(row => row.Name == Name && row.IsLive, Stop);
        db.Add(
            new ParkedEvent
            {
                Subscription = Name,
                Generation = live.Generation,
                Position = position,
                EventId = Guid.CreateVersion7(),
                EventType = "RideStarted",
                Version = 1,
                StreamId = "a-ride",
                Error = "A bug.",
                ParkedAt = DateTimeOffset.UtcNow,
            }
        );
        await db.SaveChangesAsync(Stop);
    }
}
