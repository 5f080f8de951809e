using MassTransit;
using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace RideBooking.MassTransitOnEntityFramework;

/// <summary>An application removes hosted services, as its tests often do.</summary>
public sealed class When_an_application_removes_a_service
{
    public static TheoryData<string> Databases => ConformanceServers.Databases;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Databases))]
    public async Task Without_the_delivery_messages_of_a_request_stay_and_consumers_still_send(string database)
    {
        await using var servers = await ConformanceServers.StartAsync(database);
        await using var bench = await Bench.StartAsync(
            servers,
            new() { Bus = bus => Remove<BusOutboxDeliveryService<PostOffice>>(bus) }
        );
        await bench.Request(
            async (publish, office) =>
            {
                await publish.Publish(new LetterFiled(Guid.CreateVersion7(), 1), Stop);
                await office.SaveChangesAsync(Stop);
            }
        );

        await bench.Publish(new FileLetter(Guid.CreateVersion7()));
        await bench.MailboxHas(1);
        await WaitFor.TrueAsync(
            "one is left",
            async () =>
            {
                bench.Clock.Advance(TimeSpan.FromMinutes(1));
                return await bench.Count<OutboxMessage>() == 1;
            }
        );

        bench.Mailbox.Received.ShouldHaveSingleItem().Message.Number.ShouldBe(0);
        (await bench.TheOnly<OutboxMessage>()).InboxMessageId.ShouldBeNull();
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Without_the_cleanup_the_inbox_keeps_its_rows(string database)
    {
        await using var servers = await ConformanceServers.StartAsync(database);
        var commands = new Statements();
        await using var bench = await Bench.StartAsync(
            servers,
            new() { Bus = bus => Remove<InboxCleanupService<PostOffice>>(bus), Context = commands.On }
        );
        await bench.In(office =>
        {
            office.Inbox.Add(
                new InboxState { MessageId = Guid.CreateVersion7(), Received = DateTime.UtcNow.AddDays(-30) }
            );
            return office.SaveChangesAsync(Stop);
        });

        for (var i = 0; i < 5; i++)
            bench.Clock.Advance(TimeSpan.FromMinutes(1));
        await bench.Publish(new FileLetter(Guid.CreateVersion7()));
        await bench.MailboxHas(1);

        (await bench.Count<InboxState>()).ShouldBe(2);
        bench.Services.GetServices<IHostedService>().ShouldNotContain(x => x is InboxCleanupService<PostOffice>);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Without_any_hosted_service_a_bus_that_is_started_by_hand_delivers(string database)
    {
        await using var servers = await ConformanceServers.StartAsync(database);
        await using var bench = await Bench.BuildAsync(servers, new() { Bus = bus => bus.RemoveAll<IHostedService>() });
        var bus = bench.Services.GetRequiredService<IBusControl>();
        await bus.StartAsync(Stop);

        await bus.Publish(new FileLetter(Guid.CreateVersion7()), Stop);

        await bench.MailboxHas(1);
        await bench.OutboxDrains();
        await bus.StopAsync(Stop);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task The_inbox_shows_the_outcome_of_a_message(string database)
    {
        await using var servers = await ConformanceServers.StartAsync(database);
        await using var bench = await Bench.StartAsync(servers, new() { Retries = 3 });
        var files = bench.Clerk.Files;
        bench.Clerk.Files = (context, office) =>
            bench.Clerk.Calls < 3 ? throw new InvalidOperationException("Not yet.") : files(context, office);

        await bench.Publish(new FileLetter(Guid.CreateVersion7()));
        await bench.MailboxHas(1);
        await bench.OutboxDrains();

        var entry = await bench.In(office =>
            office.Inbox.AsNoTracking().SingleAsync(inbox => inbox.Delivered != null && inbox.Consumed != null, Stop)
        );
        entry.ReceiveCount.ShouldBe(3);
        entry.LockId.ShouldNotBe(Guid.Empty);
        entry.Delivered.ShouldBe(entry.Consumed);
        (await bench.In(office => office.Leases.CountAsync(lease => lease.Delivered == null, Stop))).ShouldBe(0);
    }

    static void Remove<T>(IServiceCollection services)
    {
        var service = services.Single(service => service.ImplementationType == typeof(T));
        services.Remove(service);
    }
}
