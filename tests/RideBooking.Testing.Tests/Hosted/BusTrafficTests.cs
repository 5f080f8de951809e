using System.Collections.Concurrent;
using MassTransit;
using MassTransit.Transports;
using Microsoft.Extensions.DependencyInjection;

namespace RideBooking.Testing.Tests.Hosted;

/// <summary>Waiting until no message is in transit on a running bus.</summary>
public sealed class BusTrafficTests : IAsyncLifetime
{
    readonly ServiceProvider _services;
    readonly Log _log = new();

    public BusTrafficTests() =>
        _services = new ServiceCollection()
            .AddSingleton(_log)
            .AddMassTransit(bus =>
            {
                bus.AddConsumer<Relay>();
                bus.AddConsumer<Witness>();
                bus.AddConsumer<SecondWitness>();
                bus.UsingInMemory((context, memory) => memory.ConfigureEndpoints(context));
            })
            .AddBusTraffic()
            .BuildServiceProvider(validateScopes: true);

    BusTraffic Traffic => _services.GetRequiredService<BusTraffic>();

    IBusControl Bus => _services.GetRequiredService<IBusControl>();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await Bus.StartAsync(Stop);

    public async ValueTask DisposeAsync()
    {
        _log.Gate.TrySetResult();
        await Bus.StopAsync(CancellationToken.None);
        await _services.DisposeAsync();
    }

    [Fact]
    public async Task Has_ended_when_the_last_following_message_is_handled()
    {
        _log.Gate.SetResult();
        for (var round = 1; round <= 50; round++)
        {
            for (var message = 0; message < 5; message++)
                await Bus.Publish(new Hop(3), Stop);
            await Traffic.Settle(cancellationToken: Stop);
            // Two consumers receive each hop, and the next one follows: 3, 2, 1 and 0.
            _log.Seen.Count.ShouldBe(round * 5 * 4 * 2);
        }
        Traffic.OnTheWay.ShouldBe(0);
    }

    [Fact]
    public async Task Has_not_ended_while_a_consumer_has_a_message_and_names_its_endpoint()
    {
        await Bus.Publish(new Hop(0), Stop);
        var failure = await Should.ThrowAsync<SagaLabException>(() =>
            Traffic.Settle(within: TimeSpan.FromMilliseconds(200), cancellationToken: Stop)
        );
        failure.Message.ShouldContain("1 for Witness");
        failure.Message.ShouldContain("1 for SecondWitness");

        _log.Gate.SetResult();
        await Traffic.Settle(cancellationToken: Stop);
        _log.Seen.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Has_ended_when_a_message_has_failed()
    {
        _log.Gate.SetResult();
        await Bus.Publish(new Hop(-1), Stop);
        await Traffic.Settle(cancellationToken: Stop);
        _log.Seen.Count.ShouldBe(2);
        Traffic.OnTheWay.ShouldBe(0);
    }

    [Fact]
    public async Task Has_not_ended_before_other_senders_are_idle()
    {
        _log.Gate.SetResult();
        var left = 3;
        await Traffic.Settle(
            async cancellationToken =>
            {
                if (left == 0)
                    return true;
                left--;
                await Bus.Publish(new Hop(0), cancellationToken);
                return true;
            },
            cancellationToken: Stop
        );
        // It reported that it was idle, but each time a message had moved.
        _log.Seen.Count.ShouldBe(3 * 2);
    }

    [Fact]
    public async Task Includes_calls()
    {
        _log.Gate.SetResult();
        var dispatcher = _services
            .GetRequiredService<IReceiveEndpointDispatcherFactory>()
            .CreateConsumerReceiver<Relay>("called");
        var message = """{"message":{"left":1},"messageType":["urn:message:RideBooking.Testing.Tests.Hosted:Hop"]}"""u8;
        await dispatcher.Dispatch(
            message.ToArray(),
            new Dictionary<string, object> { ["Content-Type"] = "application/vnd.masstransit+json" },
            Stop
        );
        await Traffic.Settle(cancellationToken: Stop);
        _log.Seen.Count.ShouldBe(2);
        Traffic.OnTheWay.ShouldBe(0);
    }
}

public sealed record Hop(int Left);

public sealed class Log
{
    public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ConcurrentQueue<Hop> Seen { get; } = new();
}

public sealed class Relay : IConsumer<Hop>
{
    public Task Consume(ConsumeContext<Hop> context) =>
        context.Message.Left switch
        {
            < 0 => throw new InvalidOperationException("It fails on purpose."),
            0 => Task.CompletedTask,
            var left => context.Publish(new Hop(left - 1), context.CancellationToken),
        };
}

public sealed class Witness(Log log) : IConsumer<Hop>
{
    public async Task Consume(ConsumeContext<Hop> context)
    {
        await log.Gate.Task;
        log.Seen.Enqueue(context.Message);
    }
}

public sealed class SecondWitness(Log log) : IConsumer<Hop>
{
    public async Task Consume(ConsumeContext<Hop> context)
    {
        await log.Gate.Task;
        await Task.Yield();
        log.Seen.Enqueue(context.Message);
    }
}
