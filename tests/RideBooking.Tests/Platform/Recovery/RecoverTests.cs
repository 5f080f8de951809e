using System.Text.Json;
using MassTransit;
using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.EventLog.PersonalData;
using RideBooking.Operations.FailedMessages;
using RideBooking.Platform.Http.Idempotency;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Messaging.DeadLetters;
using RideBooking.Platform.Persistence;
using RideBooking.Platform.Recovery;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Platform.Recovery;

/// <summary>Checks which events recovery republishes on the embedded default. The faults themselves are in the integration tests.</summary>
public sealed class RecoverTests(EmbeddedHost host) : IClassFixture<EmbeddedHost>
{
    const string Endpoint = "track-assignments";

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    InboxConsumers Consumers => host.Services.GetRequiredService<InboxConsumers>();

    Recover Recovery => host.Services.GetRequiredService<Recover>();

    // The consumer ids that recovery computes must be those of the inbox entries: else all events would count as unhandled.
    [Fact]
    public async Task Is_nothing_once_every_event_of_a_ride_is_handled()
    {
        var ride = await RideThatIsPaid();
        (await In(db => Unhandled(db, ride))).ShouldBeEmpty();
        Consumers.Of(typeof(RideCompleted)).Length.ShouldBeGreaterThan(2);
    }

    [Fact]
    public async Task Is_published_again_under_its_own_id_and_handled_once()
    {
        var lost = await LoseAnOffer();

        var recovered = await Recovery.Run((_, _) => { }, Stop);
        recovered.Events.Keys.ShouldContain(nameof(DriverOffered));
        await WaitFor.TrueAsync("the offer is handled", async () => await TimesHandled(lost.EventId) == 1);

        (await In(db => Unhandled(db, lost.StreamId))).ShouldBeEmpty();
        (await In(db => db.Set<LoggedEvent>().CountAsync(row => row.EventId == lost.EventId, Stop))).ShouldBe(1);
        (await Recovery.Run((_, _) => { }, Stop)).Events.Keys.ShouldNotContain(nameof(DriverOffered));
    }

    [Fact]
    public async Task Leaves_out_an_event_that_cannot_be_read_and_publishes_the_others()
    {
        var ride = await RideThatIsPaid();
        var (damaged, lost) = (await LoseAnOffer(ride), await LoseAnOffer(ride));
        await Change(damaged, "not JSON");

        (await Recovery.Run((_, _) => { }, Stop)).Events[nameof(DriverOffered)].ShouldBe(1);
        await WaitFor.TrueAsync("the other offer is handled", async () => await TimesHandled(lost.EventId) == 1);

        await Change(damaged, damaged.StoredPayload);
        (await Recovery.Run((_, _) => { }, Stop)).Events[nameof(DriverOffered)].ShouldBe(1);
        await WaitFor.TrueAsync("the offer is handled", async () => await TimesHandled(damaged.EventId) == 1);
    }

    [Fact]
    public async Task Is_not_what_lies_in_an_error_queue()
    {
        var lost = await LoseAnOffer();
        var failed = new DeadLetterMessage
        {
            Id = Guid.CreateVersion7(),
            Queue = $"{Endpoint}_error",
            At = DateTimeOffset.UtcNow,
            Headers = JsonSerializer.Serialize(
                new Dictionary<string, string> { [MessageHeaders.MessageId] = lost.EventId.ToString() }
            ),
            ContentType = null,
            Body = [],
        };
        await In(async db => db.Add(failed).Entity.Id == default || await db.SaveChangesAsync(Stop) > 0);

        (await Recovery.Run((_, _) => { }, Stop)).Events.Keys.ShouldNotContain(nameof(DriverOffered));

        await In(db =>
            db.Set<StoredMessage>().Where(row => row.MessageId == lost.EventId.ToString()).ExecuteDeleteAsync(Stop)
        );
        (await Recovery.Run((_, _) => { }, Stop)).Events.Keys.ShouldContain(nameof(DriverOffered));
        await WaitFor.TrueAsync("the offer is handled", async () => await TimesHandled(lost.EventId) == 1);
    }

    [Fact]
    public async Task Is_found_without_reading_events_that_were_finished_before()
    {
        var lost = await LoseAnOffer();
        var inTwoMinutes = new FakeTimeProvider(DateTimeOffset.UtcNow.AddMinutes(2));
        var unhandled = ActivatorUtilities.CreateInstance<UnhandledEvents>(host.Services, inTwoMinutes);
        var move = ActivatorUtilities.CreateInstance<MoveRecoveryPoint>(host.Services, unhandled, inTwoMinutes);

        await move.Move(Stop);
        var head = await In(db => db.Set<LogHead>().Select(row => row.Position).SingleAsync(Stop));
        (await In(db => db.Set<RecoveryPoint>().Select(row => row.Position).SingleAsync(Stop))).ShouldBe(head);
        (await In(db => db.Set<UnfinishedEvent>().Select(row => row.Position).ToListAsync(Stop))).ShouldBe([
            lost.Position!.Value,
        ]);
        var recovered = await Recovery.Run((_, _) => { }, Stop);
        recovered.Examined.ShouldBe(1);
        recovered.Events.ShouldBe(new Dictionary<string, int> { [nameof(DriverOffered)] = 1 });
        await WaitFor.TrueAsync("the offer is handled", async () => await TimesHandled(lost.EventId) == 1);

        await WaitFor.TrueAsync(
            "the inbox entry exists",
            async () => (await In(db => Unhandled(db, lost.StreamId))).Count == 0
        );
        await move.Move(Stop);
        (await In(db => db.Set<UnfinishedEvent>().CountAsync(Stop))).ShouldBe(0);
    }

    [Fact]
    public async Task Releases_abandoned_claims_on_requests_at_the_start()
    {
        var later = DateTimeOffset.UtcNow.AddSeconds(15);
        var claim = new IdempotencyKey
        {
            Id = Guid.CreateVersion7(),
            Caller = "rider:1",
            Fingerprint = "x",
            RequestId = Guid.CreateVersion7(),
            Owner = Guid.CreateVersion7(),
            LeaseUntil = later,
            CreatedAt = DateTimeOffset.UtcNow,
        };
        await In(async db => db.Add(claim).Entity.Id == default || await db.SaveChangesAsync(Stop) > 0);

        await host
            .Services.GetServices<IHostedService>()
            .OfType<ReleaseAbandonedClaims>()
            .ShouldHaveSingleItem()
            .StartAsync(Stop);

        (
            await In(db =>
                db.Set<IdempotencyKey>()
                    .Where(row => row.Id == claim.Id)
                    .Select(row => row.LeaseUntil)
                    .SingleAsync(Stop)
            )
        ).ShouldBeLessThan(later);
    }

    [Fact]
    public async Task Is_in_the_operators_audit_with_its_initiator()
    {
        await LoseAnOffer();
        var who = $"ops@{Guid.CreateVersion7():n}";

        // The audit also has an interrupted run; this one is cancelled at its first progress report.
        using var interrupt = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        await Should.ThrowAsync<OperationCanceledException>(() =>
            Recovery.RunFor($"{who}-interrupted", (_, _) => interrupt.Cancel(), interrupt.Token)
        );
        await LoseAnOffer();
        var recovered = await Recovery.RunFor(who, (_, _) => { }, Stop);

        var audit = (await (await host.City.Operator()).Get("operations/audit?limit=100")).Body!["items"]!.AsArray();
        var entry = audit.Single(row => row!["by"]!.GetValue<string>() == who)!;
        entry["action"]!.GetValue<string>().ShouldBe("recover-messages");
        entry["count"]!.GetValue<int>().ShouldBe(recovered.Count);
        recovered.Count.ShouldBeGreaterThan(0);
        entry["reason"]!.GetValue<string>().ShouldBe(recovered.ToString());
        var interrupted = audit.Single(row => row!["by"]!.GetValue<string>() == $"{who}-interrupted")!;
        interrupted["reason"]!.GetValue<string>().ShouldBe("started on the command line");
    }

    // Commands and timers are not in the event log: each new one must declare how its loss is recovered.
    [Fact]
    public async Task Is_recovered_by_its_module_for_commands_and_timers()
    {
        await using var scope = host.Services.CreateAsyncScope();
        var recoverable = scope
            .ServiceProvider.GetServices<IRecoverableWork>()
            .SelectMany(work => work.Messages)
            .ToHashSet();
        string[] sentInProcess =
        [
            "RequestRide",
            "CancelRide",
            "ChangeDestination",
            "ArriveAtPickup",
            "StartRide",
            "CompleteRide",
            "ReleaseRide",
            "ReportNoShow",
            "RateRide",
            "RateRider",
            "ForceComplete",
            "ForceCancel",
            "ReassignRide",
            "RecordWrongPin",
            "EndRide",
            "PayNow",
            "RetryPayment",
            "WriteOffPayment",
            "RefundPayment",
        ];
        Consumers
            .Messages.Where(message => message.Namespace != "MassTransit.Scheduling")
            .Where(message => EventCatalogue.Published.All.All(type => type.Type != message))
            .Where(message => !recoverable.Contains(message))
            .Select(message => message.Name)
            .Except(sentInProcess)
            .ShouldBeEmpty();
        recoverable.ShouldNotBeEmpty();
    }

    // Commits an event whose message no consumer receives.
    async Task<LoggedEvent> LoseAnOffer(string? of = null)
    {
        var ride = of ?? await RideThatIsPaid();
        var lost = Guid.CreateVersion7();
        await In(async db =>
        {
            var offered = await db.Set<LoggedEvent>()
                .AsNoTracking()
                .Where(row => row.StreamId == ride && row.EventType == nameof(DriverOffered))
                .OrderBy(row => row.Position)
                .FirstAsync(Stop);
            await db.Decrypt([offered], Stop);
            db.Add(
                new LoggedEvent
                {
                    EventId = lost,
                    EventType = offered.EventType,
                    Version = offered.Version,
                    Timestamp = offered.Timestamp,
                    Source = offered.Source,
                    StreamId = offered.StreamId,
                    Payload = offered.Payload,
                }
            );
            await db.SaveChangesAsync(Stop);
            await Sequencer.CatchUp(db, Stop);
            return 0;
        });
        return await In(db => db.Set<LoggedEvent>().AsNoTracking().SingleAsync(row => row.EventId == lost, Stop));
    }

    Task<int> Change(LoggedEvent logged, string payload) =>
        In(db =>
            db.Set<LoggedEvent>()
                .Where(row => row.EventId == logged.EventId)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.StoredPayload, payload), Stop)
        );

    async Task<string> RideThatIsPaid()
    {
        // A random place, so that no other test's driver is near.
        var (lat, lng) = (10 + Random.Shared.NextDouble() * 50, Random.Shared.NextDouble() * 90);
        var driver = await host.City.DriverAt(City.Place(lat, lng));
        var rider = await host.City.Rider();
        var ride = await rider.Request(City.Place(lat, lng), City.Place(lat + 0.02, lng));
        await driver.Drives(ride);
        await rider.SeesPayment(ride, "captured");
        await WaitFor.TrueAsync(
            "every event of the ride is handled",
            async () =>
                (await In(db => Unhandled(db, ride))).Count == 0
                && await In(db =>
                    db.Set<LoggedEvent>()
                        .AnyAsync(row => row.StreamId == ride && row.EventType == nameof(ReceiptIssued), Stop)
                )
        );
        await driver.Delete("drivers/me/shift");
        await WaitFor.TrueAsync("everything is handled", async () => (await In(db => Unhandled(db, null))).Count == 0);
        return ride;
    }

    async Task<IReadOnlyList<(LoggedEvent Event, IReadOnlyList<InboxConsumer> By)>> Unhandled(
        AppDbContext db,
        string? ride
    ) =>
        await host
            .Services.GetRequiredService<UnhandledEvents>()
            .Among(
                db,
                await db.Set<LoggedEvent>().Where(row => ride == null || row.StreamId == ride).ToListAsync(Stop),
                Stop
            );

    Task<int> TimesHandled(Guid eventId) =>
        In(db => db.Set<InboxState>().CountAsync(entry => entry.MessageId == eventId && entry.Consumed != null, Stop));

    async Task<T> In<T>(Func<AppDbContext, Task<T>> use)
    {
        await using var scope = host.Services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<AppDbContext>());
    }
}
