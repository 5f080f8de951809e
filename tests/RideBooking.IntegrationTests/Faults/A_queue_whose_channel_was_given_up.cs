using MassTransit;
using MassTransit.RabbitMqTransport;
using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.Platform.Messaging;

namespace RideBooking.IntegrationTests.Faults;

/// <summary>An operation on a queue's channel that is cancelled in the midst of things, as the client does when no answer comes.</summary>
public sealed class A_queue_whose_channel_was_given_up(Servers servers)
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Is_consumed_again()
    {
        var broker = await (await servers.RabbitMqAsync()).CreateVirtualHostAsync();
        var received = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var givenUp = new GivenUpOnce();
        var bus = Bus.Factory.CreateUsingRabbitMq(rabbit =>
        {
            RabbitMqTopology.Use(rabbit, broker);
            rabbit.ReceiveEndpoint(
                "letters",
                endpoint =>
                {
                    RabbitMqTopology.Use(endpoint, "letters", isPartition: false);
                    ((IRabbitMqReceiveEndpointConfigurator)endpoint).ConfigureChannel(channel =>
                        channel.UseFilter(givenUp)
                    );
                    endpoint.Handler<Letter>(_ =>
                    {
                        received.TrySetResult();
                        return Task.CompletedTask;
                    });
                }
            );
        });
        var started = bus.StartAsync(Stop);
        try
        {
            await started.WaitAsync(s_patience, Stop);
            await bus.Publish(new Letter(), Stop);
            await received.Task.WaitAsync(s_patience, Stop);
            givenUp.Times.ShouldBeGreaterThan(1);
        }
        finally
        {
            await bus.StopAsync(s_patience);
        }
    }

    sealed class GivenUpOnce : IFilter<ChannelContext>
    {
        public int Times { get; private set; }

        public Task Send(ChannelContext context, IPipe<ChannelContext> next) =>
            Times++ == 0 ? throw new OperationCanceledException("No answer in time.") : next.Send(context);

        public void Probe(ProbeContext context) { }
    }
}

public sealed record Letter;
