using MassTransit;
using RideBooking.TestKit.Messaging;

namespace RideBooking.Tests.Platform.Messaging;

public sealed class When_versions_meet_in_memory : VersionScenarios
{
    protected override Task<UseTransport> Transport() =>
        Task.FromResult<UseTransport>(
            (bus, configure) =>
                bus.UsingInMemory(
                    (context, memory) =>
                    {
                        configure(context, memory);
                        memory.ConfigureEndpoints(context);
                    }
                )
        );
}
