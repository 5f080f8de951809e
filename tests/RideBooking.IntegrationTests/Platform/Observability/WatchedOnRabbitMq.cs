using RideBooking.IntegrationTests.FaultInjection;
using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.TestKit.Api;
using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.Platform.Observability;

/// <summary>The host as a process on a broker that may be killed, exporting its traces to a collector.</summary>
public sealed class WatchedOnRabbitMq(ServersToStop servers) : IAsyncLifetime
{
    HostProcess? _host;
    Exception? _absent;

    public ServersToStop Servers { get; } = servers;

    public Uri Address { get; private set; } = null!;

    public HostProcess Host => _host ?? throw _absent ?? new InvalidOperationException("The host is not started.");

    public TraceCollector Traces { get; } = new();

    public City City => new(() => new HttpClient { BaseAddress = Host.Address });

    public async ValueTask InitializeAsync() => _absent = await Infrastructure.Servers.AbsenceOf(Start);

    async Task Start()
    {
        Address = await Servers.VirtualHost();
        await Traces.StartAsync();
        _host = await HostProcess.StartAsync(
            new Dictionary<string, string>
            {
                ["ASPNETCORE_ENVIRONMENT"] = "Development",
                ["Transport__Kind"] = "RabbitMq",
                ["ConnectionStrings__RabbitMq"] = Address.ToString(),
                ["Metrics__Interval"] = "00:00:00.500",
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Traces.Address.ToString(),
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
            }
        );
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
        await Traces.DisposeAsync();
        await Servers.Done();
    }
}
