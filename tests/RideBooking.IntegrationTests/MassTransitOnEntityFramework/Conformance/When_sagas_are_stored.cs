using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace RideBooking.MassTransitOnEntityFramework;

public sealed class When_sagas_are_stored
{
    public static TheoryData<string> Databases => Ways.Both(ConformanceServers.Databases);

    /// <summary>Every database in both concurrency modes, with and without the outbox.</summary>
    public static TheoryData<string, ConcurrencyMode, bool> Combinations
    {
        get
        {
            var combinations = new TheoryData<string, ConcurrencyMode, bool>();
            foreach (var database in ConformanceServers.Databases)
            foreach (var mode in Enum.GetValues<ConcurrencyMode>())
            foreach (var outbox in new[] { true, false })
                combinations.Add(database.Data, mode, outbox);
            return combinations;
        }
    }

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Combinations))]
    public async Task A_saga_is_stored_changed_and_deleted_when_it_is_final(
        string provider,
        ConcurrencyMode mode,
        bool outbox
    )
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var bench = await Bench.StartAsync(servers, new() { Concurrency = mode, SagaOutbox = outbox });
        var parcel = Guid.CreateVersion7();

        await bench.Publish(new ParcelPosted(parcel));
        await bench.IsDone("parcels", 1);
        (await bench.Parcel(parcel))
            .ShouldNotBeNull()
            .ShouldSatisfyAllConditions(saga => saga.Status.ShouldBe("InTransit"), saga => saga.Scans.ShouldBe(0));

        await bench.Publish(new ParcelScanned(parcel));
        await bench.IsDone("parcels", 2);
        (await bench.Parcel(parcel)).ShouldNotBeNull().Scans.ShouldBe(1);

        await bench.Publish(new ParcelDelivered(parcel));
        await bench.IsDone("parcels", 3);
        (await bench.Parcel(parcel)).ShouldBeNull();
    }

    [Theory, MemberData(nameof(Combinations))]
    public async Task The_version_moves_by_one_with_every_change_and_with_nothing_else(
        string provider,
        ConcurrencyMode mode,
        bool outbox
    )
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var bench = await Bench.StartAsync(servers, new() { Concurrency = mode, SagaOutbox = outbox });
        var parcel = Guid.CreateVersion7();

        await bench.Publish(new ParcelPosted(parcel));
        await bench.IsDone("parcels", 1);
        var first = (await bench.Parcel(parcel)).ShouldNotBeNull().Version;
        await bench.Publish(new ParcelScanned(parcel));
        await bench.IsDone("parcels", 2);
        await bench.Publish(new ParcelWeighed(parcel));
        await bench.IsDone("parcels", 3);
        await bench.Publish(new ParcelScanned(parcel));
        await bench.IsDone("parcels", 4);

        (await bench.Parcel(parcel)).ShouldNotBeNull().Version.ShouldBe(first + 2);
    }

    [Theory, MemberData(nameof(Combinations))]
    public async Task Of_many_messages_at_once_none_is_lost(string provider, ConcurrencyMode mode, bool outbox)
    {
        const int scans = 20;
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var bench = await Bench.StartAsync(
            servers,
            new()
            {
                Concurrency = mode,
                SagaOutbox = outbox,
                Retries = 100,
                Retry = retry => retry.HandleDatabaseConflicts(),
            }
        );
        var parcel = Guid.CreateVersion7();
        await bench.Publish(new ParcelPosted(parcel));
        await bench.IsDone("parcels", 1);
        var first = (await bench.Parcel(parcel)).ShouldNotBeNull().Version;

        await Task.WhenAll(Enumerable.Range(0, scans).Select(_ => bench.Publish(new ParcelScanned(parcel))));

        await bench.IsDone("parcels", 1 + scans);
        bench.Faults<ParcelScanned>().ShouldBe(0);
        (await bench.Parcel(parcel))
            .ShouldNotBeNull()
            .ShouldSatisfyAllConditions(
                saga => saga.Scans.ShouldBe(scans),
                saga => saga.Version.ShouldBe(first + scans)
            );
    }

    [Theory, MemberData(nameof(Combinations))]
    public async Task Many_messages_at_once_create_one_saga_and_the_others_find_it(
        string provider,
        ConcurrencyMode mode,
        bool outbox
    )
    {
        const int posts = 10;
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var bench = await Bench.StartAsync(
            servers,
            new()
            {
                Concurrency = mode,
                SagaOutbox = outbox,
                Retries = 100,
                Retry = retry => retry.Handle<DbUpdateConcurrencyException>(),
            }
        );
        var parcel = Guid.CreateVersion7();

        await Task.WhenAll(Enumerable.Range(0, posts).Select(_ => bench.Publish(new ParcelPosted(parcel))));

        await bench.IsDone("parcels", posts);
        bench.Faults<ParcelPosted>().ShouldBe(0);
        (await bench.Parcel(parcel)).ShouldNotBeNull().Scans.ShouldBe((posts - 1) * 100);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_message_for_a_missing_saga_does_what_the_event_says(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var bench = await Bench.StartAsync(servers);

        await bench.Publish(new ParcelDelivered(Guid.CreateVersion7()));
        await bench.IsDone("parcels", 1);
        await bench.Publish(new ParcelScanned(Guid.CreateVersion7()));
        await bench.IsDone("parcels", 2);

        bench.Faults<ParcelDelivered>().ShouldBe(0);
        bench.Faults<ParcelScanned>().ShouldBe(1);
        (await bench.Count<Parcel>()).ShouldBe(0);
    }

    [Theory, MemberData(nameof(Combinations))]
    public async Task A_query_reaches_every_saga_that_matches(string provider, ConcurrencyMode mode, bool outbox)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        // Only three: PostgreSQL may roll back serializable transactions that share nothing but a small table.
        await using var bench = await Bench.StartAsync(
            servers,
            new()
            {
                Concurrency = mode,
                SagaOutbox = outbox,
                Retries = 20,
                Retry = retry => retry.HandleDatabaseConflicts(),
            }
        );
        var parcels = new[] { Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7() };
        foreach (var parcel in parcels)
            await bench.Publish(new ParcelPosted(parcel));
        await bench.IsDone("parcels", 3);

        await bench.Publish(new EverythingSeen("Long Lane"));
        await bench.IsDone("parcels", 4);

        (await bench.In(office => office.Parcels.Select(parcel => parcel.Scans).ToListAsync(Stop))).ShouldBe([1, 1, 1]);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_second_delivery_that_the_saga_would_refuse_is_acknowledged(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var bench = await Bench.StartAsync(servers);
        var (parcel, message) = (Guid.CreateVersion7(), NewId.NextGuid());
        await bench.Publish(new ParcelPosted(parcel));
        await bench.IsDone("parcels", 1);
        await bench.Publish(new ParcelScanned(parcel), context => context.MessageId = message);
        await bench.IsDone("parcels", 2);
        await bench.Publish(new ParcelDelivered(parcel));
        await bench.IsDone("parcels", 3);

        // The saga was deleted, and a scan of a missing parcel is a fault; but this scan was already handled.
        await bench.Publish(new ParcelScanned(parcel), context => context.MessageId = message);
        await bench.IsDone("parcels", 4);

        bench.Faults<ParcelScanned>().ShouldBe(0);
    }
}
