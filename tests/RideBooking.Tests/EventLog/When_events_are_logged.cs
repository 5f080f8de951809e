using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.Platform.Events;
using RideBooking.Platform.Persistence;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.EventLog;

/// <summary>The event log in the real application, on SQLite.</summary>
public sealed class When_events_are_logged(EmbeddedHost host) : IClassFixture<EmbeddedHost>
{
    [Fact]
    public async Task The_log_holds_an_event_exactly_when_the_change_that_caused_it_is_committed()
    {
        var (kept, lost) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await Publish(kept, commit: true);
        await Publish(lost, commit: false);

        var log = await Read(new EventFilter());
        log.Where(row => row.StreamId == kept.ToString())
            .ShouldHaveSingleItem()
            .EventType.ShouldBe(nameof(NoDriverFound));
        log.ShouldNotContain(row => row.StreamId == lost.ToString());
    }

    [Fact]
    public async Task The_log_gives_the_event_the_id_of_its_message_and_what_the_envelope_needs()
    {
        var rideId = Guid.CreateVersion7();
        await Publish(rideId, commit: true);

        var envelope = EventEnvelope.Of(
            (await Read(new EventFilter(StreamId: rideId.ToString()))).ShouldHaveSingleItem()
        );
        envelope.EventId.ShouldNotBe(Guid.Empty);
        (envelope.Source, envelope.Version, envelope.StreamVersion).ShouldBe(("rides", 1, 1));
        envelope.Payload.GetProperty("riderId").GetString().ShouldBe("r");
        envelope.Payload.GetProperty("rideId").GetGuid().ShouldBe(rideId);
    }

    [Fact]
    public async Task The_log_numbers_events_of_many_writers_and_many_sequencers_without_a_gap()
    {
        var rides = Enumerable.Range(0, 10).Select(_ => Guid.CreateVersion7()).ToArray();
        var writers = rides.SelectMany(ride => Enumerable.Range(0, 5).Select(_ => Publish(ride, commit: true)));
        var sequencers = Enumerable
            .Range(0, 4)
            .Select(async _ =>
            {
                await using var scope = host.Services.CreateAsyncScope();
                await Sequencer.CatchUp(scope.ServiceProvider.GetRequiredService<AppDbContext>(), default);
            });
        await Task.WhenAll([.. writers, .. sequencers]);

        var log = await Read(new EventFilter());
        log.Select(row => row.Position!.Value).ShouldBe(Enumerable.Range(1, log.Count).Select(n => (long)n));
        foreach (var ride in rides)
            log.Where(row => row.StreamId == ride.ToString())
                .Select(row => row.StreamVersion!.Value)
                .ShouldBe(Enumerable.Range(1, 5));
    }

    [Fact]
    public async Task The_log_is_followed_without_loss_or_repetition()
    {
        var rideId = Guid.CreateVersion7();
        await Publish(rideId, commit: true);
        var seen = new List<int>();
        await foreach (var row in Follow(rideId, out _, Timeout()))
        {
            seen.Add(row.StreamVersion!.Value);
            if (seen.Count == 5)
                break;
            await Publish(rideId, commit: true);
        }
        seen.ShouldBe([1, 2, 3, 4, 5]);
    }

    [Fact]
    public async Task The_log_is_followed_under_many_writers_who_also_write_to_other_rides()
    {
        var rideId = Guid.CreateVersion7();
        // Starts the host first: its start needs threads that sixty waiting writers would hold.
        await Publish(Guid.CreateVersion7(), commit: true);
        var stop = Timeout();
        var writers = Enumerable
            .Range(0, 60)
            .Select(n => Task.Run(() => Publish(n % 2 == 0 ? rideId : Guid.CreateVersion7(), commit: true)))
            .ToList();
        var followers = Enumerable.Range(0, 5).Select(_ => Versions(Follow(rideId, out var _, stop), 30)).ToList();
        await Task.WhenAll(writers);
        foreach (var follower in followers)
            (await follower).ShouldBe(Enumerable.Range(1, 30));
    }

    [Fact]
    public async Task The_log_is_queried_by_a_follower_once_and_then_passed_on_in_memory_without_other_rides()
    {
        var rideId = Guid.CreateVersion7();
        await Publish(rideId, commit: true);
        var (seen, before) = (0, 0);
        await foreach (var row in Follow(rideId, out var queries, Timeout()))
        {
            // At the second event this process knew the end of the log: from here on no query is needed.
            if (++seen == 2)
                before = queries.Count;
            if (seen == 4)
            {
                queries.Count.ShouldBe(before);
                break;
            }
            for (var other = 0; other < 20; other++)
                await Publish(Guid.CreateVersion7(), commit: true);
            await Publish(rideId, commit: true);
        }
    }

    [Fact]
    public async Task The_log_passes_events_of_another_replica_to_its_followers_also_those_it_died_before_numbering()
    {
        var rideId = Guid.CreateVersion7();
        var replica = new AnotherReplica(host.Services);
        await Publish(rideId, commit: true);
        var seen = new List<int>();
        await foreach (var row in Follow(rideId, out _, Timeout()))
        {
            seen.Add(row.StreamVersion!.Value);
            if (seen.Count == 5)
                break;
            await replica.Append(rideId.ToString(), number: seen.Count % 2 == 0);
        }
        seen.ShouldBe([1, 2, 3, 4, 5]);
    }

    [Fact]
    public async Task The_log_is_queried_again_by_a_follower_that_missed_an_event()
    {
        var rideId = Guid.CreateVersion7();
        await Publish(rideId, commit: true);

        // The follower has its own signal, which reports only the last event, and that twice.
        var signal = new EventLogSignal();
        var scopes = host.Services.GetRequiredService<IServiceScopeFactory>();
        await using var follower = new StreamFollower(scopes, signal, TimeProvider.System)
            .Events(rideId.ToString(), Timeout())
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);
        await follower.MoveNextAsync();
        var next = follower.MoveNextAsync();
        for (var n = 0; n < 3; n++)
            await Publish(rideId, commit: true);
        var last = (await Read(new EventFilter(StreamId: rideId.ToString())))[^1];
        signal.Publish([last, last]);

        var versions = new List<int>();
        while (await next)
        {
            versions.Add(follower.Current.StreamVersion!.Value);
            if (versions.Count == 3)
                break;
            next = follower.MoveNextAsync();
        }
        versions.ShouldBe([2, 3, 4]);
    }

    static CancellationToken Timeout() =>
        CancellationTokenSource
            .CreateLinkedTokenSource(
                TestContext.Current.CancellationToken,
                new CancellationTokenSource(WaitFor.Limit).Token
            )
            .Token;

    static async Task<List<int>> Versions(IAsyncEnumerable<LoggedEvent> events, int count)
    {
        var versions = new List<int>();
        await foreach (var row in events)
        {
            versions.Add(row.StreamVersion!.Value);
            if (versions.Count == count)
                break;
        }
        return versions;
    }

    IAsyncEnumerable<LoggedEvent> Follow(Guid rideId, out CountedScopes queries, CancellationToken cancellationToken)
    {
        queries = new CountedScopes(host.Services.GetRequiredService<IServiceScopeFactory>());
        var signal = host.Services.GetRequiredService<EventLogSignal>();
        return new StreamFollower(queries, signal, TimeProvider.System).Events(rideId.ToString(), cancellationToken);
    }

    async Task Publish(Guid rideId, bool commit)
    {
        await using var scope = host.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var publish = scope.ServiceProvider.GetRequiredService<IPublishEndpoint>();
        await using var transaction = await db.Database.BeginTransactionAsync();
        await publish.Publish(new NoDriverFound(rideId, "r", 1, DateTimeOffset.UnixEpoch));
        await db.SaveChangesAsync();
        if (commit)
            await transaction.CommitAsync();
    }

    async Task<List<LoggedEvent>> Read(EventFilter filter)
    {
        await using var scope = host.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<AppDbContext>().ReadEvents(filter, 1000, default);
    }
}

/// <summary>Counts the queries of the database: each has its own scope.</summary>
sealed class CountedScopes(IServiceScopeFactory scopes) : IServiceScopeFactory
{
    public int Count { get; private set; }

    public IServiceScope CreateScope()
    {
        Count++;
        return scopes.CreateScope();
    }
}

/// <summary>Writes to the same log without notifying this process.</summary>
sealed class AnotherReplica(IServiceProvider host)
{
    public async Task Append(string streamId, bool number)
    {
        var options = new DbContextOptionsBuilder<SqliteAppDbContext>()
            .UseSqlite(host.GetRequiredService<DatabaseOptions>().ConnectionString)
            .UseSnakeCaseNamingConvention()
            .UseApplicationServiceProvider(host)
            .ReplaceService<IModelCacheKeyFactory, ModuleModelCacheKeyFactory>();
        await using var db = new SqliteAppDbContext(options.Options);
        db.Add(
            new LoggedEvent
            {
                EventId = Guid.CreateVersion7(),
                EventType = nameof(NoDriverFound),
                Version = 1,
                Source = "rides",
                StreamId = streamId,
                Payload = "{}",
            }
        );
        await db.SaveChangesAsync();
        if (number)
            await Sequencer.CatchUp(db, default);
    }
}
