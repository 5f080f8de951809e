using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.Platform.Persistence;
using RideBooking.Tests.Api;

namespace RideBooking.Tests.EventLog;

/// <summary>The event log inside the real application, on SQLite.</summary>
public sealed class TheLog(EmbeddedHost host) : IClassFixture<EmbeddedHost>
{
    [Fact]
    public async Task Holds_an_event_exactly_when_the_change_that_caused_it_is_committed()
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
    public async Task Gives_the_event_the_id_of_its_message_and_what_the_envelope_needs()
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
    public async Task Numbers_events_of_many_writers_and_many_sequencers_without_a_gap()
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
    public async Task Is_followed_from_any_position_without_loss_or_repetition()
    {
        var rideId = Guid.CreateVersion7();
        var filter = new EventFilter(StreamId: rideId.ToString());
        await Publish(rideId, commit: true);
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30));

        var signal = host.Services.GetRequiredService<EventLogSignal>();
        var seen = new List<int>();
        await foreach (
            var row in EventLogReader.Follow((from, _) => Read(from), filter, signal, TimeProvider.System, stop.Token)
        )
        {
            seen.Add(row.StreamVersion!.Value);
            if (seen.Count == 5)
                break;
            await Publish(rideId, commit: true);
        }
        seen.ShouldBe([1, 2, 3, 4, 5]);
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
