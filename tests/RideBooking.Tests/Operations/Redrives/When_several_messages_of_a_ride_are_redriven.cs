using System.Collections.Concurrent;
using System.Net.Mime;
using System.Text.Json.Nodes;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Operations.ErrorQueues;
using RideBooking.Operations.FailedMessages;
using RideBooking.Operations.Redrives;
using RideBooking.Platform.Messaging.DeadLetters;
using RideBooking.Platform.Persistence;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;
using MessageOutcomes = RideBooking.Operations.FailedMessages.Outcomes;

namespace RideBooking.Tests.Operations.Redrives;

/// <summary>A bug kept all events of several rides from being recorded. It is fixed, and an operator redrives them.</summary>
public sealed class When_several_messages_of_a_ride_are_redriven : IAsyncLifetime
{
    const int Rides = 3;
    const string Queue = "track-assignments_error";

    // track-assignments consumes the offer, the assignment and the end of each ride.
    const int Messages = Rides * 3;

    readonly Host _host = new();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host.Fails.With = sql =>
            sql.StartsWith("INSERT INTO \"drivers_assignments\"", StringComparison.Ordinal)
            || sql.StartsWith("INSERT INTO \"drivers_ended_rides\"", StringComparison.Ordinal)
                ? new InvalidOperationException("A bug.")
                : null;
        for (var number = 0; number < Rides; number++)
        {
            var place = City.Place(52.5 + number, 13.4);
            var driver = await _host.City.DriverAt(place);
            var rider = await _host.City.Rider();
            await driver.Drives(await rider.Request(place, City.Place(52.5 + number, 13.5)));
        }
        await (await _host.City.Operator()).FindIn(Queue, Messages);
        _host.Fails.With = _ => null;
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Each_is_sent_when_the_one_before_was_handled_and_a_copy_is_deduplicated()
    {
        var operations = await _host.City.Operator();

        var done = await Outcomes(operations, await operations.Redrive(Queue), "consumed");

        done.Body!["sent"]!.GetValue<int>().ShouldBe(Messages);
        _host.Queues.Sent.Count.ShouldBe(Messages);
        _host.Queues.OnTheirWay.ShouldAllBe(count => count == 0, "at most one message of a ride is on its way");
        foreach (var ride in _host.Queues.Sent.GroupBy(message => message.RideId))
            ride.Select(message => message.SentAt!.Value).ShouldBeInOrder();

        // The same messages are in the error queue once more, as after a restored backup of the broker.
        await Copy();
        await operations.FindIn(Queue, Messages);
        await Outcomes(operations, await operations.Redrive(Queue), "deduplicated");
    }

    [Fact]
    public async Task One_without_an_outcome_holds_up_its_ride_but_no_other_ride_and_no_other_redrive()
    {
        var operations = await _host.City.Operator();
        var slow = (await Stored()).MinBy(row => row.OrderedBy)!;
        _host.Queues.Holds = slow.Id;

        var first = await operations.Redrive(Queue);
        await Sent(first, Messages - 2);
        var ofTheRide = await operations.Get($"operations/failed-messages?rideId={slow.RideId}&state=redriving");
        ofTheRide.Body!["items"]!.AsArray().Count.ShouldBe(2, "the others of its ride wait");
        var second = await operations.Redrive("track-assignments_skipped");
        await operations.Until("the other redrive", second, redrive => redrive.Text("status") == "completed");

        await _host.Queues.SendHeld(Stop);
        await Outcomes(operations, first, "consumed");

        Task<Answer> Sent(string redrive, int many) =>
            operations.Until(
                $"{many} messages to be sent",
                redrive,
                answer => answer.Body!["sent"]!.GetValue<int>() == many,
                WaitFor.Limit
            );
    }

    [Fact]
    public async Task Several_redrives_keep_the_order_of_each_ride()
    {
        var operations = await _host.City.Operator();
        var rides = (await Stored()).GroupBy(row => row.RideId, row => row).ToList();
        var newest = rides.ConvertAll(ride => ride.MaxBy(row => row.OrderedBy)!.Id);
        var broker = new TaskCompletionSource();
        _host.Queues.Accepts = broker.Task;
        var older = await Redrive(operations, (await Stored()).Select(row => row.Id).Except(newest));
        await WaitFor.TrueAsync("messages are sent", () => Task.FromResult(!_host.Queues.OnTheirWay.IsEmpty));

        var newer = await Redrive(operations, newest);
        var (first, second) = (await Claim(newer), 0);
        await WaitFor.TrueAsync(
            "the redrive of the newest messages has looked for messages to send several times",
            async () => await Claim(newer) != first && ++second > 3
        );
        _host.Queues.Sent.Select(message => message.Id).ShouldNotContain(id => newest.Contains(id));
        broker.SetResult();

        foreach (var redrive in new[] { older, newer })
            await operations.Until("the redrive", redrive, answer => answer.Text("status") == "completed");
        _host.Queues.Sent.Count.ShouldBe(Messages);
        foreach (var ride in _host.Queues.Sent.GroupBy(message => message.RideId))
            ride.Select(message => message.SentAt!.Value).ShouldBeInOrder();

        static async Task<string> Redrive(Person operations, IEnumerable<string> ids)
        {
            var selection = new JsonObject { ["ids"] = new JsonArray([.. ids.Select(id => JsonValue.Create(id))]) };
            var request = new JsonObject { ["selection"] = selection, ["reason"] = "a test" };
            return $"operations/redrives/{(await operations.Post("operations/redrives", request)).Text("id")}";
        }

        async Task<DateTimeOffset> Claim(string redrive)
        {
            await using var scope = _host.Services.CreateAsyncScope();
            var id = Guid.Parse(redrive.Split('/')[^1]);
            return await scope
                .ServiceProvider.GetRequiredService<AppDbContext>()
                .Set<Redrive>()
                .Where(row => row.Id == id)
                .Select(row => row.ClaimedUntil)
                .SingleAsync(Stop);
        }
    }

    [Fact]
    public async Task One_that_the_broker_refuses_is_a_failed_message_again_and_the_others_are_sent()
    {
        var operations = await _host.City.Operator();
        var refused = (await Stored()).MinBy(row => row.OrderedBy)!;
        _host.Queues.Refuses = refused.Id;

        var redrive = await operations.Redrive(Queue);

        var done = await operations.Until("the redrive", redrive, answer => answer.Text("status") == "completed");
        done.Body!["sent"]!.GetValue<int>().ShouldBe(Messages - 1);
        done.Body["failed"]!.GetValue<int>().ShouldBe(1);
        var message = await operations.Get($"operations/failed-messages/{refused.Id}");
        message.Text("state").ShouldBe("failed");
        var entry = message.Body!["history"]!.AsArray().Single()!;
        entry["action"]!.ToString().ShouldBe("refused");
        entry["reason"]!.ToString().ShouldBe("too large");
    }

    static Task<Answer> Outcomes(Person operations, string redrive, string outcome) =>
        operations.Until(
            $"all to be {outcome}",
            redrive,
            answer =>
                answer.Text("status") == "completed" && answer.Body!["outcomes"]![outcome]!.GetValue<int>() == Messages,
            WaitFor.Limit
        );

    async Task<List<StoredMessage>> Stored()
    {
        await using var scope = _host.Services.CreateAsyncScope();
        return await scope
            .ServiceProvider.GetRequiredService<AppDbContext>()
            .Set<StoredMessage>()
            .AsNoTracking()
            .ToListAsync(Stop);
    }

    async Task Copy()
    {
        await using var scope = _host.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        foreach (var message in await Stored())
        {
            var headers = JsonNode.Parse(message.Headers)!.AsObject();
            headers[MessageHeaders.FaultTimestamp] = "2026-01-01T00:00:00Z";
            db.Add(
                new DeadLetterMessage
                {
                    Id = Guid.CreateVersion7(),
                    Queue = Queue,
                    At = DateTimeOffset.UtcNow,
                    Headers = headers.ToJsonString(),
                    ContentType = message.ContentType ?? MediaTypeNames.Application.Json,
                    Body = message.Body,
                }
            );
        }
        await db.SaveChangesAsync(Stop);
    }

    /// <summary>The embedded default, with a database that a test makes fail and error queues that it watches.</summary>
    public sealed class Host() : HostInProcess(("Messaging:Retry", "00:00:00.001"), ("Messaging:Redelivery", ""))
    {
        internal FailingDatabase Fails { get; } = new();

        internal WatchedQueues Queues => (WatchedQueues)Services.GetRequiredService<IErrorQueues>();

        protected override void Configure(IServiceCollection services) =>
            services
                .ConfigureDbContext<SqliteAppDbContext>(db => db.AddInterceptors(Fails))
                .AddSingleton<IErrorQueues>(provider => new WatchedQueues(
                    ActivatorUtilities.CreateInstance<InMemoryErrorQueues>(provider),
                    provider.GetRequiredService<IServiceScopeFactory>()
                ));
    }

    /// <summary>The in-memory transport's error queues, which hold or refuse one message.</summary>
    internal sealed class WatchedQueues(IErrorQueues queues, IServiceScopeFactory scopes) : IErrorQueues
    {
        FailedMessage? _held;

        public ConcurrentQueue<FailedMessage> Sent { get; } = [];

        /// <summary>For each message that was sent: how many others of its ride were on their way.</summary>
        public ConcurrentQueue<int> OnTheirWay { get; } = [];

        public string? Holds { get; set; }

        public string? Refuses { get; set; }

        /// <summary>When the broker answers.</summary>
        public Task Accepts { get; set; } = Task.CompletedTask;

        public Task Move(
            IReadOnlyList<string> from,
            Func<IReadOnlyList<FailedMessage>, Task> store,
            CancellationToken cancellationToken
        ) => queues.Move(from, store, cancellationToken);

        public Task<bool> IsConsumed(IReadOnlyList<string> consumed, CancellationToken cancellationToken) =>
            queues.IsConsumed(consumed, cancellationToken);

        public async Task<Task> SendBack(FailedMessage message, CancellationToken cancellationToken)
        {
            if (message.Id == Refuses)
                throw new MessageRefusedException("too large", new InvalidOperationException());
            await using (var scope = scopes.CreateAsyncScope())
                OnTheirWay.Enqueue(
                    await scope
                        .ServiceProvider.GetRequiredService<AppDbContext>()
                        .Set<StoredMessage>()
                        .CountAsync(
                            row => row.RideId == message.RideId && row.Outcome == MessageOutcomes.Pending,
                            cancellationToken
                        )
                );
            await Accepts.WaitAsync(cancellationToken);
            Sent.Enqueue(message);
            if (message.Id != Holds)
                return await queues.SendBack(message, cancellationToken);
            // As if it were in its queue, behind others.
            _held = message;
            return Task.CompletedTask;
        }

        public async Task SendHeld(CancellationToken cancellationToken) =>
            await await queues.SendBack(_held!, cancellationToken);
    }
}
