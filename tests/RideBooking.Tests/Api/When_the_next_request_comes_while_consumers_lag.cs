using MassTransit;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform.Persistence;

namespace RideBooking.Tests.Api;

/// <summary>A caller's next request sees their last write on the embedded default with slow consumers.</summary>
public sealed class When_the_next_request_comes_while_consumers_lag(LaggingHost host)
    : NextRequestScenarios,
        IClassFixture<LaggingHost>
{
    protected override City City => host.City;
}

/// <summary>The embedded default with consumers that start late.</summary>
public sealed class LaggingHost : HostInProcess
{
    readonly string _folder = Directory.CreateTempSubdirectory("ridebooking-lag-").FullName;

    public City City => new(CreateClient);

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Development");
        builder.UseSetting("ConnectionStrings:RideBooking", $"Data Source={Path.Combine(_folder, "ridebooking.db")}");
        foreach (var (key, value) in NextRequestScenarios.Settings)
            builder.UseSetting(key, value);
        builder.ConfigureTestServices(services =>
            services
                .AddSingleton<IConfigureReceiveEndpoint>(new Lag())
                .ConfigureDbContext<SqliteAppDbContext>(db => db.AddInterceptors(new SqliteSynchronousOff()))
        );
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

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
