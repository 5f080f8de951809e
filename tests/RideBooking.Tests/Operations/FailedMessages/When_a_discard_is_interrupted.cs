using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Operations.ErrorQueues;
using RideBooking.Platform.Messaging.DeadLetters;
using RideBooking.Platform.Persistence;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Operations.FailedMessages;

/// <summary>A request is interrupted halfway, as at its timeout, and repeated with its key.</summary>
public sealed class When_a_discard_is_interrupted(When_a_discard_is_interrupted.InterruptedHost host)
    : IClassFixture<When_a_discard_is_interrupted.InterruptedHost>
{
    const string Queue = "track-assignments_error";

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_repeat_continues_with_the_same_messages_and_takes_no_others()
    {
        var operations = await host.City.Operator();
        await Fail(20);
        Queues.InterruptsNext = true;
        var discard = new JsonObject
        {
            ["selection"] = new JsonObject { ["queue"] = Queue },
            ["limit"] = 10,
            ["reason"] = "not needed",
        };

        (await operations.Post("operations/failed-messages/discard", discard.DeepClone(), "one-key")).ShouldBe(
            HttpStatusCode.InternalServerError
        );
        (await Left()).ShouldBe(17);
        await Fail(5);
        var repeat = await operations.Post("operations/failed-messages/discard", discard.DeepClone(), "one-key");

        repeat.ShouldBe(HttpStatusCode.OK).Body!["discarded"]!.GetValue<int>().ShouldBe(10);
        (await Left()).ShouldBe(15);
        var discarded = await operations.Get($"operations/failed-messages?state=discarded&queue={Queue}&limit=100");
        discarded.Body!["items"]!.AsArray().Count.ShouldBe(10);
    }

    [Fact]
    public async Task A_message_held_by_another_process_is_taken_in_another_pass()
    {
        const string queue = "end-search_error";
        var operations = await host.City.Operator();
        await Fail(10, queue);
        Queues.HidesFromNext = 4;

        var discarded = await operations.Post(
            "operations/failed-messages/discard",
            new JsonObject
            {
                ["selection"] = new JsonObject { ["queue"] = queue },
                ["reason"] = "not needed",
            }
        );

        discarded.ShouldBe(HttpStatusCode.OK).Body!["discarded"]!.GetValue<int>().ShouldBe(10);
        (await Left(queue)).ShouldBe(0);
    }

    Interrupted Queues => (Interrupted)host.Services.GetRequiredService<IErrorQueues>();

    async Task Fail(int count, string queue = Queue)
    {
        await using var scope = host.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        for (var number = 0; number < count; number++)
            db.Add(
                new DeadLetterMessage
                {
                    Id = Guid.CreateVersion7(),
                    Queue = queue,
                    At = DateTimeOffset.UtcNow,
                    Headers = "{}",
                    ContentType = "application/json",
                    Body = Guid.NewGuid().ToByteArray(),
                }
            );
        await db.SaveChangesAsync(Stop);
    }

    async Task<int> Left(string queue = Queue)
    {
        await using var scope = host.Services.CreateAsyncScope();
        return await scope
            .ServiceProvider.GetRequiredService<AppDbContext>()
            .Set<DeadLetterMessage>()
            .CountAsync(message => message.Queue == queue, Stop);
    }

    public sealed class InterruptedHost : HostInProcess
    {
        protected override void Configure(IServiceCollection services)
        {
            var queues = services.Single(service => service.ServiceType == typeof(IErrorQueues));
            services.Remove(queues);
            services.AddSingleton<IErrorQueues>(provider => new Interrupted(
                (IErrorQueues)ActivatorUtilities.CreateInstance(provider, queues.ImplementationType!)
            ));
        }
    }

    sealed class Interrupted(IErrorQueues queues) : IErrorQueues
    {
        public bool InterruptsNext { get; set; }

        public int HidesFromNext { get; set; }

        public Task<int> Count(string queue, CancellationToken cancellationToken) =>
            queues.Count(queue, cancellationToken);

        public Task Peek(string queue, int most, Action<FailedMessage> see, CancellationToken cancellationToken) =>
            queues.Peek(queue, most, see, cancellationToken);

        public Task Work(
            string queue,
            Func<FailedMessage, Handling> decide,
            Func<FailedMessage, Task> record,
            CancellationToken cancellationToken
        ) => queues.Work(queue, decide, record, cancellationToken);

        public async Task Remove(
            string queue,
            IReadOnlySet<string> ids,
            Func<IReadOnlyList<FailedMessage>, Task> record,
            CancellationToken cancellationToken
        )
        {
            if (!InterruptsNext)
            {
                var hidden = HidesFromNext;
                HidesFromNext = 0;
                await queues.Remove(queue, ids.Skip(hidden).ToHashSet(), record, cancellationToken);
                return;
            }
            InterruptsNext = false;
            await queues.Remove(queue, ids.Take(3).ToHashSet(), record, cancellationToken);
            throw new InvalidOperationException("The process was interrupted.");
        }

        public Task PutBack(FailedMessage message, CancellationToken cancellationToken) =>
            queues.PutBack(message, cancellationToken);
    }
}
