using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.TestKit.Api;
using RideBooking.TestKit.Scenarios;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Platform.Visibility;

/// <summary>A caller's next request sees their last write on the embedded default with slow consumers.</summary>
public sealed class When_the_next_request_comes_while_consumers_lag(LaggingHost host)
    : NextRequestScenarios,
        IClassFixture<LaggingHost>
{
    protected override City City => host.City;
}

/// <summary>The embedded default with consumers that start late.</summary>
public sealed class LaggingHost() : HostInProcess([.. NextRequestScenarios.Settings])
{
    protected override void Configure(IServiceCollection services) =>
        services.AddSingleton<IConfigureReceiveEndpoint>(new Lag());

    sealed class Lag : IConfigureReceiveEndpoint, IFilter<ReceiveContext>
    {
        static readonly TimeSpan s_lag = TimeSpan.FromMilliseconds(150);

        public void Configure(string name, IReceiveEndpointConfigurator configurator)
        {
            // A request's own command to a state machine does not pass through the transport.
            if (!name.EndsWith("-in-process", StringComparison.Ordinal))
                configurator.ConfigureReceive(receive => receive.UseFilter(this));
        }

        public async Task Send(ReceiveContext context, IPipe<ReceiveContext> next)
        {
            await Task.Delay(s_lag, context.CancellationToken);
            await next.Send(context);
        }

        public void Probe(ProbeContext context) => context.CreateFilterScope("lag");
    }
}
