using Microsoft.EntityFrameworkCore;

namespace RideBooking.MassTransitOnEntityFramework;

/// <summary>Counts the statements in the table in docs/performance.md, one message at a time, so that no transaction is shared.</summary>
public sealed class When_statements_are_counted
{
    public static TheoryData<string> Databases => ConformanceServers.Databases;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Databases))]
    public async Task A_consumer_that_only_tracks_costs_one_transaction_and_no_read(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        var watch = new Statements();
        await using var bench = await Bench.StartAsync(servers, new() { Context = watch.On, Pooled = true });
        await Filed(bench, watch);
        watch.Clear();

        await Filed(bench, watch);

        watch.Of("SELECT", "Letters").ShouldBe(0);
        watch.Of("SELECT", "Inbox").ShouldBe(0);
        if (provider == "Postgres")
            watch.Of("INSERT", "").ShouldBe(1, "inbox entry, letter and message are one batch");
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_consumer_that_saves_its_own_changes_costs_its_own_transaction(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        var watch = new Statements();
        await using var bench = await Bench.StartAsync(servers, new() { Context = watch.On, Pooled = true });
        await Filed(bench, watch);
        bench.Clerk.Files = async (context, office) =>
        {
            await office.Letters.ExecuteUpdateAsync(set => set.SetProperty(l => l.Text, "read"), Stop);
            await context.Publish(new LetterFiled(context.Message.LetterId), Stop);
        };
        watch.Clear();

        await Filed(bench, watch);

        watch.Of("UPDATE", "Text").ShouldBe(1);
        watch.Of("SELECT", "Inbox").ShouldBe(0);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task An_early_duplicate_costs_nothing(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        var watch = new Statements();
        await using var bench = await Bench.StartAsync(servers, new() { Context = watch.On, Pooled = true });
        var (letter, message) = (new FileLetter(Guid.CreateVersion7()), MassTransit.NewId.NextGuid());
        var before = watch.Commits;
        await bench.Publish(letter, context => context.MessageId = message);
        await Transactions(watch, before + 2);
        watch.Clear();

        await bench.Publish(letter, context => context.MessageId = message);
        await bench.IsDone("letters", 2);

        watch.Commits.ShouldBe(0);
        watch.Of("INSERT", "").ShouldBe(0);
        watch.Of("SELECT", "Inbox").ShouldBe(0);
    }

    // Two transactions: the work, and the deletion of delivered messages. The next message's wait would detect a third.
    static async Task Filed(Bench bench, Statements watch)
    {
        var before = watch.Commits;
        await bench.Publish(new FileLetter(Guid.CreateVersion7()));
        await Transactions(watch, before + 2);
    }

    static async Task Transactions(Statements watch, int commits)
    {
        await WaitFor.TrueAsync($"{commits} transactions", () => Task.FromResult(watch.Commits >= commits));
        watch.Commits.ShouldBe(commits);
    }
}
