using System.Threading.Channels;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting.Internal;
using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Messaging.Pauses;
using RideBooking.Platform.Messaging.RabbitMq;

namespace RideBooking.IntegrationTests.Platform.Observability;

public sealed class When_queues_are_not_consumed(Servers servers) : IAsyncDisposable
{
    readonly Channel<int> heard = Channel.CreateUnbounded<int>();
    ServiceProvider? services;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Are_consumed_again_when_the_loop_of_their_endpoint_has_ended()
    {
        var bus = await Start();
        await bus.Publish(new Word(1), Stop);
        (await Heard()).ShouldBe(1);

        await EndpointOf(bus).Stop(Stop);
        await bus.Publish(new Word(2), Stop);
        await Watch.Check(Stop);
        heard.Reader.Count.ShouldBe(0);
        await Watch.Check(Stop);

        (await Heard()).ShouldBe(2);
    }

    [Fact]
    public async Task Are_left_alone_while_they_are_consumed()
    {
        var bus = await Start();
        var stops = new Stops();
        bus.ConnectReceiveEndpointObserver(stops);

        for (var look = 0; look < 4; look++)
            await Watch.Check(Stop);

        stops.Count.ShouldBe(0);
    }

    Task<int> Heard() => heard.Reader.ReadAsync(Stop).AsTask().WaitAsync(WaitFor.Limit, Stop);

    EndpointWatchdog Watch => services!.GetRequiredService<EndpointWatchdog>();

    async Task<IBusControl> Start()
    {
        var rabbitMq = await servers.RabbitMqAsync();
        var virtualHost = await rabbitMq.CreateVirtualHostAsync();
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                new Dictionary<string, string?>
                {
                    ["Transport:Kind"] = "RabbitMq",
                    ["ConnectionStrings:RabbitMq"] = virtualHost.ToString(),
                }
            )
            .Build();
        services = new ServiceCollection()
            .AddLogging()
            .AddSingleton(heard)
            .AddSingleton(TimeProvider.System)
            .AddSingleton(TransportOptions.Read(configuration, new HostingEnvironment()))
            .AddSingleton<BrokerQueues>()
            .AddSingleton<ReceiveEndpoints>()
            .AddSingleton<EndpointGates>()
            .AddSingleton<EndpointWatchdog>()
            .AddMassTransit(bus =>
            {
                bus.AddConsumer<Listener>().Endpoint(endpoint => endpoint.Name = "listen");
                bus.UsingRabbitMq(
                    (context, rabbit) =>
                    {
                        rabbit.Host(virtualHost);
                        rabbit.ConfigureEndpoints(context);
                    }
                );
            })
            .BuildServiceProvider();
        var bus = services.GetRequiredService<IBusControl>();
        await bus.StartAsync(Stop);
        return bus;
    }

    static IReceiveEndpoint EndpointOf(IBusControl bus) => bus.Queues().Single().ReceiveEndpoint;

    public async ValueTask DisposeAsync()
    {
        if (services is null)
            return;
        await services.GetRequiredService<IBusControl>().StopAsync(CancellationToken.None);
        await services.DisposeAsync();
    }

    public sealed record Word(int Number);

    sealed class Listener(Channel<int> heard) : IConsumer<Word>
    {
        public async Task Consume(ConsumeContext<Word> context) =>
            await heard.Writer.WriteAsync(context.Message.Number, context.CancellationToken);
    }

    sealed class Stops : IReceiveEndpointObserver
    {
        public int Count { get; private set; }

        public Task Ready(ReceiveEndpointReady ready) => Task.CompletedTask;

        public Task Completed(ReceiveEndpointCompleted completed) => Task.CompletedTask;

        public Task Faulted(ReceiveEndpointFaulted faulted) => Task.CompletedTask;

        public Task Stopping(ReceiveEndpointStopping stopping)
        {
            Count++;
            return Task.CompletedTask;
        }
    }
}
