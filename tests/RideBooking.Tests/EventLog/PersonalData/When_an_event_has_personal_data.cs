using System.Text;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.EventLog.PersonalData;
using RideBooking.Platform.Events;
using RideBooking.Platform.Persistence;
using RideBooking.TestKit.Contracts;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.EventLog.PersonalData;

/// <summary>Personal data in the event log of the real application, on SQLite.</summary>
public sealed class When_an_event_has_personal_data(EmbeddedHost host) : IClassFixture<EmbeddedHost>
{
    const string Home = "Xanthippe Street 7";

    // Each test has riders of its own, because they share the log.
    readonly string _rider = $"rider-{Guid.CreateVersion7()}";

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Event("rides")]
    public sealed record SampleWithoutRider(Guid RideId, [PersonalData] string Comment);

    [Fact]
    public void Its_record_has_a_rider() =>
        Should
            .Throw<InvalidOperationException>(() => PersonalMembers.Of(typeof(SampleWithoutRider)))
            .Message.ShouldContain("no RiderId");

    [Fact]
    public void Every_place_of_a_rider_is_marked() =>
        EventCatalogue
            .Published.All.Where(type => type.Type.GetProperty("RiderId") is not null)
            .SelectMany(type => type.Type.GetProperties().Select(property => (type, property)))
            .Where(member =>
                member.property.PropertyType == typeof(Place)
                || member.property.PropertyType == typeof(IReadOnlyList<Place>)
            )
            .ShouldAllBe(member =>
                member.type.Personal!.Names.Contains(member.property.Name, StringComparer.OrdinalIgnoreCase)
            );

    [Fact]
    public async Task It_is_stored_encrypted_and_read_as_it_was_written()
    {
        var ride = await Request(_rider);

        var stored = await Stored(ride);
        stored.StoredPayload.ShouldNotContain(Home);
        stored.StoredPayload.ShouldNotContain("52.12345");
        stored.Subject.ShouldBe(_rider);
        Should.Throw<InvalidOperationException>(() => stored.Payload);
        (await Read(ride)).Pickup.ShouldBe(new Place(52.12345, 13.12345, Home));
    }

    [Fact]
    public async Task It_is_followed_live_as_it_was_written()
    {
        var ride = Guid.CreateVersion7();
        var follower = new StreamFollower(
            host.Services.GetRequiredService<IServiceScopeFactory>(),
            host.Services.GetRequiredService<EventLogSignal>(),
            TimeProvider.System
        );
        await using var events = follower.Events(ride.ToString(), Stop).GetAsyncEnumerator(Stop);
        var next = events.MoveNextAsync();
        await Request(_rider, ride);
        (await next).ShouldBeTrue();
        events.Current.Payload.ShouldContain(Home);
    }

    [Fact]
    public async Task It_reads_as_redacted_without_its_key_and_the_hash_chain_holds()
    {
        var other = $"{_rider}-other";
        var (ride, rideOfOther) = (await Request(_rider), await Request(other));

        await DestroyKey(_rider);

        (await Read(ride)).ShouldSatisfyAllConditions(
            requested => requested.Pickup.ShouldBe(Place.Redacted),
            requested => requested.Dropoff.ShouldBe(Place.Redacted),
            requested => requested.RiderId.ShouldBe(_rider),
            requested => requested.VehicleClass.ShouldBe("standard")
        );
        (await Read(rideOfOther)).Pickup.Address.ShouldBe(Home);
        var (events, deviations) = await In(async db =>
        {
            while (await HashChain.Extend(db, Stop) == HashChain.BatchSize) { }
            return await db.Verify(0, await db.LastChained(Stop), 1000, Stop);
        });
        events.ShouldNotBeEmpty();
        deviations.ShouldBeEmpty();
    }

    [Fact]
    public async Task It_is_written_redacted_after_its_key_was_destroyed()
    {
        // Another host has created the key and destroyed it.
        await In(db =>
        {
            db.Add(new SubjectKey { Subject = _rider, CreatedAt = DateTimeOffset.UtcNow });
            return db.SaveChangesAsync(Stop);
        });
        var later = await Request(_rider);

        var stored = await Stored(later);
        stored.Subject.ShouldBeNull();
        stored.StoredPayload.ShouldNotContain(Home);
        (await Read(later)).Pickup.ShouldBe(Place.Redacted);
    }

    [Fact]
    public async Task It_reads_as_redacted_if_it_was_written_with_a_key_that_another_host_has_destroyed()
    {
        // The commit of the first event keeps the key in memory.
        await Request(_rider);
        await DestroyKey(_rider);
        var later = await Request(_rider);

        (await Stored(later)).Subject.ShouldBe(_rider);
        (await Read(later)).Pickup.ShouldBe(Place.Redacted);
    }

    [Fact]
    public async Task Its_key_is_used_only_if_it_was_committed()
    {
        await Request(_rider, commit: false);
        var rides = new[] { await Request(_rider), await Request(_rider), await Request(_rider) };
        foreach (var ride in rides)
            (await Read(ride)).Pickup.Address.ShouldBe(Home);
    }

    [Fact]
    public async Task Its_key_is_used_only_if_it_was_not_rolled_back_to_a_savepoint()
    {
        await using (var scope = host.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
            var publish = scope.ServiceProvider.GetRequiredService<IPublishEndpoint>();
            await using var transaction = await db.Database.BeginTransactionAsync(Stop);
            await transaction.CreateSavepointAsync("before", Stop);
            await publish.Publish(
                Events.RideRequested(
                    Guid.CreateVersion7(),
                    DateTimeOffset.UtcNow,
                    _rider,
                    new Place(52.12345, 13.12345, Home)
                ),
                Stop
            );
            await db.SaveChangesAsync(Stop);
            await transaction.RollbackToSavepointAsync("before", Stop);
            await transaction.CommitAsync(Stop);
        }

        var later = await Request(_rider);
        (await Read(later)).Pickup.Address.ShouldBe(Home);
    }

    [Fact]
    public async Task Its_rider_gets_one_key_when_several_first_events_race()
    {
        var rides = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(async _ =>
                {
                    while (true)
                        try
                        {
                            return await Request(_rider, inTransaction: false);
                        }
                        catch (DbUpdateException conflict) when (DatabaseConflicts.IsDuplicateKey(conflict))
                        {
                            // Retried, as requests and messages are.
                        }
                })
        );

        (await In(db => db.Set<SubjectKey>().CountAsync(row => row.Subject == _rider, Stop))).ShouldBe(1);
        foreach (var ride in rides)
            (await Read(ride)).Pickup.Address.ShouldBe(Home);
    }

    [Fact]
    public void A_value_moved_to_another_event_or_member_reads_as_redacted()
    {
        var (key, id) = (new byte[SubjectKey.Length], Guid.CreateVersion7());
        var value = EncryptedValue.Encrypt("\"late\""u8, PersonalKind.Text, key, id, "reason");

        Decrypted(id, "reason").ShouldBe("\"late\"");
        Decrypted(Guid.CreateVersion7(), "reason").ShouldBe("\"redacted\"");
        Decrypted(id, "comment").ShouldBe("\"redacted\"");

        string Decrypted(Guid eventId, string member) =>
            Encoding.UTF8.GetString(EncryptedValue.Decrypt(value, key, eventId, member)!);
    }

    async Task<Guid> Request(string rider, Guid? id = null, bool commit = true, bool inTransaction = true)
    {
        var ride = id ?? Guid.CreateVersion7();
        await using var scope = host.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var publish = scope.ServiceProvider.GetRequiredService<IPublishEndpoint>();
        await using var transaction = inTransaction ? await db.Database.BeginTransactionAsync(Stop) : null;
        await publish.Publish(
            Events.RideRequested(ride, DateTimeOffset.UtcNow, rider, new Place(52.12345, 13.12345, Home)),
            Stop
        );
        await db.SaveChangesAsync(Stop);
        if (transaction is not null && commit)
            await transaction.CommitAsync(Stop);
        return ride;
    }

    async Task<RideRequested> Read(Guid ride) =>
        (await In(db => db.ReadStream<RideRequested>(ride.ToString(), Stop))).ShouldHaveSingleItem();

    Task<LoggedEvent> Stored(Guid ride) =>
        In(db =>
            db.Set<LoggedEvent>()
                .AsNoTracking()
                .SingleAsync(row => row.StreamId == ride.ToString() && row.EventType == nameof(RideRequested), Stop)
        );

    Task<int> DestroyKey(string rider) =>
        In(db =>
            db.Set<SubjectKey>()
                .Where(row => row.Subject == rider)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.Key, (byte[]?)null), Stop)
        );

    async Task<T> In<T>(Func<AppDbContext, Task<T>> use)
    {
        await using var scope = host.Services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<AppDbContext>());
    }
}
