using MassTransit;
using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace RideBooking.MassTransitOnEntityFramework;

/// <summary>Messages published within it are sent at the commit and not before, although the scope continues.</summary>
public sealed class When_a_transaction_of_the_caller_commits
{
    public static TheoryData<string> Databases => ConformanceServers.Databases;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Databases))]
    public async Task Its_messages_are_sent_at_once(string database)
    {
        await using var servers = await ConformanceServers.StartAsync(database);
        await using var bench = await Bench.StartAsync(servers);

        await bench.Request(
            async (publish, office) =>
            {
                for (var number = 1; number <= 2; number++)
                {
                    await using var transaction = await office.Database.BeginTransactionAsync(Stop);
                    await publish.Publish(new LetterFiled(Guid.CreateVersion7(), number), Stop);
                    await office.SaveChangesAsync(Stop);
                    bench.Mailbox.Received.Count.ShouldBe(number - 1);

                    await transaction.CommitAsync(Stop);

                    await bench.MailboxHas(number);
                }

                await bench.OutboxDrains();
            }
        );
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Messages_rolled_back_before_are_not_sent_with_it(string database)
    {
        await using var servers = await ConformanceServers.StartAsync(database);
        await using var bench = await Bench.StartAsync(servers);

        await bench.Request(
            async (publish, office) =>
            {
                await using (var rolledBack = await office.Database.BeginTransactionAsync(Stop))
                {
                    await publish.Publish(new LetterFiled(Guid.CreateVersion7(), 1), Stop);
                    await office.SaveChangesAsync(Stop);
                    await rolledBack.RollbackAsync(Stop);
                }

                await using (await office.Database.BeginTransactionAsync(Stop))
                {
                    await publish.Publish(new LetterFiled(Guid.CreateVersion7(), 2), Stop);
                    await office.SaveChangesAsync(Stop);
                    // Disposed without commit or rollback.
                }

                await using var transaction = await office.Database.BeginTransactionAsync(Stop);
                await publish.Publish(new LetterFiled(Guid.CreateVersion7(), 3), Stop);
                await office.SaveChangesAsync(Stop);
                await transaction.CreateSavepointAsync("before", Stop);
                await publish.Publish(new LetterFiled(Guid.CreateVersion7(), 4), Stop);
                await office.SaveChangesAsync(Stop);
                await transaction.RollbackToSavepointAsync("before", Stop);
                await transaction.CommitAsync(Stop);
                await bench.MailboxHas(1);
            }
        );

        await bench.OutboxDrains();
        bench.Mailbox.Received.ShouldHaveSingleItem().Message.Number.ShouldBe(3);
    }

    /// <summary>Npgsql reuses the object of an ended transaction for a later one.</summary>
    [Theory, MemberData(nameof(Databases))]
    public async Task Rolled_back_messages_are_not_sent_with_any_later_one(string database)
    {
        await using var servers = await ConformanceServers.StartAsync(database);
        await using var bench = await Bench.StartAsync(servers);

        await bench.Request(
            async (publish, office) =>
            {
                for (var number = 1; number <= 8; number++)
                {
                    await using var transaction = await office.Database.BeginTransactionAsync(Stop);
                    await publish.Publish(new LetterFiled(Guid.CreateVersion7(), number), Stop);
                    await office.SaveChangesAsync(Stop);
                    if (number > 3)
                        await transaction.CommitAsync(Stop);
                    else if (number > 1)
                        await transaction.RollbackAsync(Stop);
                }

                await bench.MailboxHas(5);
                await bench.OutboxDrains();
            }
        );

        bench.Mailbox.Received.Select(letter => letter.Message.Number).Order().ShouldBe([4, 5, 6, 7, 8]);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Contexts_that_share_it_send_at_its_end(string database)
    {
        await using var servers = await ConformanceServers.StartAsync(database);
        await using var bench = await Bench.StartAsync(servers);

        await bench.Request(
            async (_, owner) =>
            {
                await using var transaction = await owner.Database.BeginTransactionAsync(Stop);
                await bench.Request(
                    async (publish, office) =>
                    {
                        office.Database.SetDbConnection(owner.Database.GetDbConnection());
                        await office.Database.UseTransactionAsync(transaction.GetDbTransaction(), Stop);
                        await publish.Publish(new LetterFiled(Guid.CreateVersion7(), 1), Stop);
                        await office.SaveChangesAsync(Stop);
                    }
                );
                bench.Mailbox.Received.ShouldBeEmpty();

                await transaction.CommitAsync(Stop);

                await bench.MailboxHas(1);
            }
        );

        await bench.OutboxDrains();
    }

    /// <summary>Saves without accepting the changes, as an execution strategy requires: a second attempt saves the same entities again.</summary>
    [Theory, MemberData(nameof(Databases))]
    public async Task Messages_saved_without_accepting_changes_are_sent_once(string database)
    {
        await using var servers = await ConformanceServers.StartAsync(database);
        await using var bench = await Bench.StartAsync(servers);

        await bench.Request(
            async (publish, office) =>
            {
                await publish.Publish(new LetterFiled(Guid.CreateVersion7(), 1), Stop);
                await using (await office.Database.BeginTransactionAsync(Stop))
                    await office.SaveChangesAsync(acceptAllChangesOnSuccess: false, Stop);
                await office
                    .Database.CreateExecutionStrategy()
                    .ExecuteInTransactionAsync(
                        () => office.SaveChangesAsync(acceptAllChangesOnSuccess: false, Stop),
                        () => Task.FromResult(false)
                    );
                await bench.MailboxHas(1);
                office.ChangeTracker.AcceptAllChanges();

                await publish.Publish(new LetterFiled(Guid.CreateVersion7(), 2), Stop);
                await office.SaveChangesAsync(acceptAllChangesOnSuccess: false, Stop);
                await bench.MailboxHas(2);
                office.ChangeTracker.AcceptAllChanges();

                await publish.Publish(new LetterFiled(Guid.CreateVersion7(), 3), Stop);
                await office.SaveChangesAsync(Stop);
                await bench.MailboxHas(3);
            }
        );

        await bench.OutboxDrains();
        bench.Mailbox.Received.Select(letter => letter.Message.Number).ShouldBe([1, 2, 3]);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task One_that_is_committed_past_EF_sends_when_the_scope_ends(string database)
    {
        await using var servers = await ConformanceServers.StartAsync(database);
        await using var bench = await Bench.StartAsync(servers);

        await bench.Request(
            async (publish, office) =>
            {
                await office.Database.OpenConnectionAsync(Stop);
                await using var transaction = await office.Database.GetDbConnection().BeginTransactionAsync(Stop);
                await office.Database.UseTransactionAsync(transaction, Stop);
                await publish.Publish(new LetterFiled(Guid.CreateVersion7(), 1), Stop);
                await office.SaveChangesAsync(Stop);
                await transaction.CommitAsync(Stop);
            }
        );

        await bench.MailboxHas(1);
        await bench.OutboxDrains();
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Messages_for_another_process_to_deliver_are_due_at_once(string database)
    {
        await using var servers = await ConformanceServers.StartAsync(database);
        await using var deliverer = await Bench.StartAsync(servers);
        await using var writer = await Bench.StartAsync(
            servers,
            new() { BusOutbox = outbox => outbox.DisableDeliveryService(), Now = deliverer.Clock.GetUtcNow() }
        );
        await writer.Request(
            async (publish, office) =>
            {
                await publish.Publish(new LetterFiled(Guid.CreateVersion7(), 1), Stop);
                await office.SaveChangesAsync(Stop);
            }
        );

        (await writer.TheOnly<OutboxMessage>()).NextAttemptTime.ShouldBe(
            writer.Clock.GetUtcNow().UtcDateTime,
            TimeSpan.FromMilliseconds(1)
        );
        await WaitFor.TrueAsync(
            "the next sweep has sent it",
            () =>
            {
                deliverer.Clock.Advance(TimeSpan.FromSeconds(10));
                return Task.FromResult(deliverer.Mailbox.Received.Count == 1);
            }
        );
    }
}
