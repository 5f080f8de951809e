using MassTransit;
using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.TestKit.Messaging;

namespace RideBooking.IntegrationTests.Platform.Messaging;

public sealed class When_versions_meet_on_RabbitMQ(Servers servers) : VersionScenarios
{
    protected override async Task<UseTransport> Transport()
    {
        var broker = await (await servers.RabbitMqAsync()).CreateVirtualHostAsync();
        return (bus, configure) =>
            bus.UsingRabbitMq(
                (context, rabbit) =>
                {
                    rabbit.Host(broker);
                    configure(context, rabbit);
                    rabbit.ConfigureEndpoints(context);
                }
            );
    }
}
