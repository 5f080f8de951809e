using System.Collections.Concurrent;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.Platform.Messaging;
using RideBooking.TestKit.Contracts;

namespace RideBooking.TestKit.Messaging;

/// <summary>Producers and consumers of different versions of an event, on a transport.</summary>
public abstract class VersionScenarios
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Adds a transport to a bus, and configures the transport and its endpoints.</summary>
    protected delegate void UseTransport(
        IBusRegistrationConfigurator bus,
        Action<IBusRegistrationContext, IBusFactoryConfigurator> configure
    );

    /// <summary>Returns the transport.</summary>
    protected abstract Task<UseTransport> Transport();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Each_version_reaches_the_consumers_of_each_version_once(int version)
    {
        RequiredMembers.Enforce();
        var received = new Received();
        using var host = await Start(received);
        var bus = host.Services.GetRequiredService<IBus>();
        var (ride, last) = (Guid.CreateVersion7(), Guid.CreateVersion7());

        await Publish(ride);
        await Publish(last);
        await received.All(last).WaitAsync(WaitFor.Limit, Stop);

        // A second copy would have been delivered before the last message.
        received.Of(ride).ShouldBe(["new: withinFreePeriod", "old: withinFreePeriod", "saga: withinFreePeriod"]);
        await host.StopAsync(Stop);

        Task Publish(Guid rideId)
        {
            var happened = Events.CancellationFeeAssessed(rideId, DateTimeOffset.UnixEpoch, Samples.Euro(0m));
            return version == 2
                ? bus.Publish(happened, Stop)
                : bus.Publish(
                    new CancellationFeeAssessed(
                        happened.RideId,
                        happened.RiderId,
                        happened.DriverId,
                        happened.InvoiceId,
                        happened.Amount,
                        happened.WaiverReason,
                        happened.TariffVersion,
                        happened.PaymentMethodId,
                        happened.At
                    ),
                    Stop
                );
        }
    }

    /// <summary>The outbox sends to the address of the event's exchange, and publishes nothing.</summary>
    [Fact]
    public async Task The_newest_version_from_the_outbox_reaches_a_consumer_of_an_older_one()
    {
        var received = new Received();
        using var host = await Start(received, onlyOld: true);
        var bus = host.Services.GetRequiredService<IBus>();
        var ride = Guid.CreateVersion7();
        bus.Topology.TryGetPublishAddress<CancellationFeeAssessedV2>(out var exchange).ShouldBeTrue();

        await (await bus.GetSendEndpoint(exchange!)).Send(
            Events.CancellationFeeAssessed(ride, DateTimeOffset.UnixEpoch, Samples.Euro(0m)),
            Stop
        );

        await received.By("old", ride).WaitAsync(WaitFor.Limit, Stop);
        await host.StopAsync(Stop);
    }

    async Task<IHost> Start(Received received, bool onlyOld = false)
    {
        var transport = await Transport();
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(received);
        builder.Services.AddSingleton(new OlderVersions(EventCatalogue.Published));
        builder.Services.Configure<MassTransitHostOptions>(options => options.WaitUntilStarted = true);
        builder.Services.AddMassTransit(bus =>
        {
            bus.AddConsumer<ReadsOld>();
            if (!onlyOld)
            {
                bus.AddConsumer<ReadsNew>();
                bus.AddSagaStateMachine<Machine, Instance>().InMemoryRepository();
            }
            bus.AddConfigureEndpointsCallback(
                (context, _, endpoint) =>
                {
                    endpoint.PrefetchCount = 1;
                    endpoint.ConcurrentMessageLimit = 1;
                    context.GetRequiredService<OlderVersions>().Use(endpoint);
                }
            );
            transport(bus, (context, configurator) => context.GetRequiredService<OlderVersions>().Use(configurator));
        });
        var host = builder.Build();
        await host.StartAsync(Stop);
        return host;
    }

    sealed class Received
    {
        readonly ConcurrentBag<(Guid RideId, string What)> _messages = [];
        readonly ConcurrentDictionary<(Guid, string), TaskCompletionSource> _arrivals = [];

        public Task Add(Guid rideId, string by, string? reason)
        {
            _messages.Add((rideId, $"{by}: {reason}"));
            Arrival(rideId, by).TrySetResult();
            return Task.CompletedTask;
        }

        public Task All(Guid rideId) =>
            Task.WhenAll(new[] { "new", "old", "saga" }.Select(by => Arrival(rideId, by).Task));

        public Task By(string by, Guid rideId) => Arrival(rideId, by).Task;

        public IEnumerable<string> Of(Guid rideId) =>
            _messages.Where(message => message.RideId == rideId).Select(message => message.What).Order();

        TaskCompletionSource Arrival(Guid rideId, string by) =>
            _arrivals.GetOrAdd((rideId, by), _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
    }

    sealed class ReadsOld(Received received) : IConsumer<CancellationFeeAssessed>
    {
        public Task Consume(ConsumeContext<CancellationFeeAssessed> context) =>
            received.Add(context.Message.RideId, "old", context.Message.WaivedReason);
    }

    sealed class ReadsNew(Received received) : IConsumer<CancellationFeeAssessedV2>
    {
        public Task Consume(ConsumeContext<CancellationFeeAssessedV2> context) =>
            received.Add(context.Message.RideId, "new", context.Message.WaiverReason);
    }

    public sealed class Instance : SagaStateMachineInstance
    {
        public Guid CorrelationId { get; set; }

        public string CurrentState { get; set; } = "";
    }

    sealed class Machine : MassTransitStateMachine<Instance>
    {
        public Machine(Received received)
        {
            InstanceState(instance => instance.CurrentState);
            Event(() => Assessed, assessed => assessed.CorrelateById(it => it.Message.RideId));
            Initially(
                When(Assessed)
                    .ThenAsync(it => received.Add(it.Message.RideId, "saga", it.Message.WaiverReason))
                    .TransitionTo(Done)
            );
        }

        public State Done { get; } = null!;

        public Event<CancellationFeeAssessedV2> Assessed { get; } = null!;
    }
}
