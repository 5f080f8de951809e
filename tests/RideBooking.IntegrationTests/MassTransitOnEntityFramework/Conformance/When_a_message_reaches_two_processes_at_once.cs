using MassTransit;
using MassTransit.EntityFrameworkCoreIntegration;

namespace RideBooking.MassTransitOnEntityFramework;

public sealed class When_a_message_reaches_two_processes_at_once
{
    public static TheoryData<string> Databases => ConformanceServers.Databases;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Databases))]
    public async Task Its_consumer_runs_once(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(Ways.OneByOne(provider));
        await using var first = await Bench.StartAsync(servers);
        await using var second = await Bench.StartAsync(servers);
        var (calls, isConsuming, mayEnd) = (0, new TaskCompletionSource(), new TaskCompletionSource());
        first.Clerk.Files = second.Clerk.Files = async (context, office) =>
        {
            // An external effect, which no transaction undoes.
            Interlocked.Increment(ref calls);
            isConsuming.TrySetResult();
            await mayEnd.Task.WaitAsync(Bench.Limit, Stop);
            office.Letters.Add(new HostedEnvelope { Id = context.Message.LetterId });
            await context.Publish(new LetterFiled(context.Message.LetterId), Stop);
        };
        var (letter, message) = (new FileLetter(Guid.CreateVersion7()), NewId.NextGuid());

        await first.Publish(letter, context => context.MessageId = message);
        await isConsuming.Task.WaitAsync(Bench.Limit, Stop);
        await second.Publish(letter, context => context.MessageId = message);
        await WaitFor.TrueAsync(
            "both have received it",
            () => Task.FromResult(Received(first) + Received(second) == 2)
        );
        mayEnd.SetResult();

        await WaitFor.TrueAsync("both are done with it", () => Task.FromResult(Done(first) + Done(second) == 2));
        calls.ShouldBe(1);
        (first.Faults<FileLetter>() + second.Faults<FileLetter>()).ShouldBe(0);
        (await first.Count<HostedEnvelope>()).ShouldBe(1);
        (await first.Count<InboxState>()).ShouldBe(1);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task The_second_handles_it_if_the_first_fails(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(Ways.OneByOne(provider));
        await using var first = await Bench.StartAsync(servers);
        await using var second = await Bench.StartAsync(servers);
        var (calls, isConsuming, mayEnd) = (0, new TaskCompletionSource(), new TaskCompletionSource());
        first.Clerk.Files = second.Clerk.Files = async (context, office) =>
        {
            office.Letters.Add(new HostedEnvelope { Id = context.Message.LetterId });
            if (Interlocked.Increment(ref calls) > 1)
                return;
            isConsuming.TrySetResult();
            await mayEnd.Task.WaitAsync(Bench.Limit, Stop);
            throw new InvalidOperationException("The first process fails.");
        };
        var (letter, message) = (new FileLetter(Guid.CreateVersion7()), NewId.NextGuid());

        await first.Publish(letter, context => context.MessageId = message);
        await isConsuming.Task.WaitAsync(Bench.Limit, Stop);
        await second.Publish(letter, context => context.MessageId = message);
        await WaitFor.TrueAsync(
            "both have received it",
            () => Task.FromResult(Received(first) + Received(second) == 2)
        );
        mayEnd.SetResult();

        await WaitFor.TrueAsync("both are done with it", () => Task.FromResult(Done(first) + Done(second) == 2));
        calls.ShouldBe(2);
        (await first.Count<HostedEnvelope>()).ShouldBe(1);
        (await first.Count<InboxState>()).ShouldBe(1);
    }

    static int Received(Bench bench) => bench.Deliveries.Received("letters");

    static int Done(Bench bench) => bench.Deliveries.Done("letters");
}
