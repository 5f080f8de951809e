using MassTransit;
using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;

namespace RideBooking.MassTransitOnEntityFramework;

public sealed class GroupCommitTests
{
    public static TheoryData<string> Databases => ConformanceServers.Databases;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Databases))]
    public async Task Messages_that_come_while_one_is_written_share_the_next_transaction(string provider)
    {
        const int letters = 60;
        await using var servers = await ConformanceServers.StartAsync(provider);
        var watch = new Statements();
        await using var bench = await Bench.StartAsync(servers, new() { Context = watch.On });

        await Task.WhenAll(
            Enumerable.Range(0, letters).Select(_ => bench.Publish(new FileLetter(Guid.CreateVersion7())))
        );

        await bench.MailboxHas(letters);
        await bench.OutboxDrains();
        (await bench.Count<HostedEnvelope>()).ShouldBe(letters);
        (await bench.Count<InboxState>()).ShouldBe(letters);
        watch.Commits.ShouldBeLessThan(letters, "deletions included");
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Each_message_has_a_transaction_of_its_own_where_groups_are_switched_off(string provider)
    {
        const int letters = 60;
        await using var servers = await ConformanceServers.StartAsync(Ways.OneByOne(provider));
        var watch = new Statements();
        await using var bench = await Bench.StartAsync(servers, new() { Context = watch.On });

        await Task.WhenAll(
            Enumerable.Range(0, letters).Select(_ => bench.Publish(new FileLetter(Guid.CreateVersion7())))
        );

        await bench.MailboxHas(letters);
        watch.Commits.ShouldBeGreaterThanOrEqualTo(letters);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task One_that_cannot_be_written_does_not_affect_the_others(string provider)
    {
        const int letters = 30;
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var bench = await Bench.StartAsync(servers);
        var taken = Guid.CreateVersion7();
        await bench.Publish(new FileLetter(taken));
        await bench.MailboxHas(1);

        await Task.WhenAll(
            Enumerable
                .Range(0, letters)
                .Select(n => bench.Publish(new FileLetter(n % 10 == 5 ? taken : Guid.CreateVersion7())))
        );

        await bench.MailboxHas(1 + letters * 9 / 10);
        await bench.IsDone("letters", 1 + letters);
        await bench.OutboxDrains();
        (await bench.Count<HostedEnvelope>()).ShouldBe(1 + letters * 9 / 10);
        (await bench.Count<InboxState>()).ShouldBe(1 + letters * 9 / 10);
        bench.Faults<FileLetter>().ShouldBe(letters / 10);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Changes_that_a_consumer_saves_itself_are_undone_with_the_rest(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var bench = await Bench.StartAsync(servers);
        var ways = new Func<PostOffice, Guid, Task>[]
        {
            (office, _) => office.Letters.ExecuteUpdateAsync(set => set.SetProperty(l => l.Text, "changed"), Stop),
            (office, _) => office.Letters.ExecuteDeleteAsync(Stop),
            (office, id) =>
            {
                office.Letters.Add(new HostedEnvelope { Id = id });
                return office.SaveChangesAsync(Stop);
            },
            (office, id) =>
            {
                office.Letters.Add(new HostedEnvelope { Id = id });
                office.SaveChanges();
                return Task.CompletedTask;
            },
        };
        var first = Guid.CreateVersion7();
        await bench.Publish(new FileLetter(first));
        await bench.MailboxHas(1);

        foreach (var (way, number) in ways.Select((way, number) => (way, number)))
        {
            bench.Clerk.Files = async (context, office) =>
            {
                await way(office, context.Message.LetterId);
                await context.Publish(new LetterFiled(context.Message.LetterId), Stop);
                throw new InvalidOperationException("The clerk tears it up.");
            };
            await bench.Publish(new FileLetter(Guid.CreateVersion7()));
            await bench.IsDone("letters", 2 + number);
        }

        var letter = await bench.TheOnly<HostedEnvelope>();
        (letter.Id, letter.Text).ShouldBe((first, ""));
        (await bench.Count<InboxState>()).ShouldBe(1);
        await bench.OutboxDrains();
        bench.Mailbox.Received.ShouldHaveSingleItem();
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Changes_that_a_consumer_saves_itself_are_committed_with_the_rest(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var bench = await Bench.StartAsync(servers);
        bench.Clerk.Files = async (context, office) =>
        {
            office.Letters.Add(new HostedEnvelope { Id = context.Message.LetterId });
            await context.Publish(new LetterFiled(context.Message.LetterId), Stop);
            await office.Letters.ExecuteUpdateAsync(set => set.SetProperty(l => l.Text, l => l.Text + "x"), Stop);
        };

        await bench.Publish(new FileLetter(Guid.CreateVersion7()));
        await bench.MailboxHas(1);
        await bench.Publish(new FileLetter(Guid.CreateVersion7()));

        await bench.MailboxHas(2);
        await bench.OutboxDrains();
        (await bench.Count<InboxState>()).ShouldBe(2);
        (await bench.In(office => office.Letters.Select(letter => letter.Text).Order().ToListAsync(Stop))).ShouldBe([
            "",
            "x",
        ]);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_saga_is_not_read_again_between_its_messages(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        var watch = new Statements();
        await using var bench = await Bench.StartAsync(servers, new() { Context = watch.On });
        var parcel = await Posted(bench);
        watch.Clear();

        for (var scan = 1; scan <= 5; scan++)
        {
            await bench.Publish(new ParcelScanned(parcel));
            await bench.IsDone("parcels", 1 + scan);
        }

        watch.Of("SELECT", "Scans").ShouldBe(0);
        (await bench.Parcel(parcel))!.Scans.ShouldBe(5);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Messages_of_one_saga_at_the_same_moment_do_not_fail_each_other(string provider)
    {
        const int scans = 20;
        await using var servers = await ConformanceServers.StartAsync(provider);
        var watch = new Statements();
        await using var bench = await Bench.StartAsync(servers, new() { Context = watch.On });
        var parcel = await Posted(bench);
        watch.Clear();

        // There is no retry, so each conflict would be a fault.
        await Task.WhenAll(Enumerable.Range(0, scans).Select(_ => bench.Publish(new ParcelScanned(parcel))));
        await bench.IsDone("parcels", 1 + scans);

        bench.Faults<ParcelScanned>().ShouldBe(0);
        watch.Of("SELECT", "Scans").ShouldBe(0, "each message has the saga that the one before it has committed");
        (await bench.Parcel(parcel))!.Scans.ShouldBe(scans);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_saga_that_another_process_has_changed_is_handled_as_it_is_stored(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        var watch = new Statements();
        await using var bench = await Bench.StartAsync(servers, new() { Context = watch.On });
        var parcel = await Posted(bench);
        await AnotherProcess(bench, parcel, changed => changed.Scans = 10);

        await bench.Publish(new ParcelScanned(parcel));
        await bench.IsDone("parcels", 2);

        (await bench.Parcel(parcel))!.Scans.ShouldBe(11);
        bench.Faults<ParcelScanned>().ShouldBe(0);
        await bench.OutboxDrains();

        // From now on it does not use its cached sagas for a while.
        watch.Clear();
        await bench.Publish(new ParcelScanned(parcel));
        await bench.IsDone("parcels", 3);
        watch.Of("SELECT", "Scans").ShouldBe(1);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_saga_from_memory_refuses_nothing_that_the_stored_one_accepts(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var bench = await Bench.StartAsync(servers);
        var parcel = await Posted(bench);
        // First the cached saga is in transit and the stored one lost; then the cached one is lost and the stored one in transit.
        await AnotherProcess(bench, parcel, changed => changed.Status = "Lost");
        await bench.Publish(new ParcelScanned(parcel));
        await bench.IsDone("parcels", 2);
        bench.Faults<ParcelScanned>().ShouldBe(1, "the stored saga is lost");
        await AnotherProcess(bench, parcel, changed => changed.Status = "InTransit");

        await bench.Publish(new ParcelScanned(parcel));
        await bench.IsDone("parcels", 3);

        (await bench.Parcel(parcel))!.Scans.ShouldBe(1);
        bench.Faults<ParcelScanned>().ShouldBe(1);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task An_event_is_ignored_only_by_the_saga_as_it_is_stored(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var bench = await Bench.StartAsync(servers);
        var parcel = await Posted(bench);
        await AnotherProcess(bench, parcel, changed => changed.Status = "Lost");

        // The cached saga is in transit and ignores the weight; the stored one is lost and does not accept it.
        await bench.Publish(new ParcelWeighed(parcel));
        await bench.IsDone("parcels", 2);

        bench.Faults<ParcelWeighed>().ShouldBe(1);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_manual_change_without_a_new_version_is_visible_a_minute_later(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var bench = await Bench.StartAsync(servers);
        var parcel = await Posted(bench);
        await bench.In(office => office.Parcels.ExecuteUpdateAsync(set => set.SetProperty(p => p.Scans, 10), Stop));

        bench.Clock.Advance(TimeSpan.FromMinutes(1));
        await bench.Publish(new ParcelScanned(parcel));
        await bench.IsDone("parcels", 2);

        (await bench.Parcel(parcel))!.Scans.ShouldBe(11);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_saga_from_memory_is_also_compared_when_its_message_saves_its_own_changes(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var bench = await Bench.StartAsync(servers);
        var parcel = await Posted(bench);
        await AnotherProcess(bench, parcel, changed => changed.Status = "Lost");

        // The cached saga is in transit and may be stamped; the stored one is lost and may not.
        await bench.Publish(new ParcelStamped(parcel));
        await bench.IsDone("parcels", 2);

        bench.Faults<ParcelStamped>().ShouldBe(1);
    }

    static async Task<Guid> Posted(Bench bench)
    {
        var parcel = Guid.CreateVersion7();
        await bench.Publish(new ParcelPosted(parcel));
        await bench.IsDone("parcels", 1);
        return parcel;
    }

    static Task<int> AnotherProcess(Bench bench, Guid id, Action<Parcel> change) =>
        bench.In(async office =>
        {
            var parcel = await office.Parcels.SingleAsync(parcel => parcel.CorrelationId == id, Stop);
            change(parcel);
            parcel.Version++;
            return await office.SaveChangesAsync(Stop);
        });
}
