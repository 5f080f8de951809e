using System.Text;
using System.Text.Json.Nodes;
using RabbitMQ.Client;
using RideBooking.IntegrationTests.Documentation;
using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.TestKit.Api;
using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.Platform.Observability;

/// <summary>
/// The host as a process on RabbitMQ with a Prometheus that scrapes it, and a past: rides that were paid, and messages that were
/// retried and redelivered without success.
/// </summary>
public sealed class ScrapedHost(Servers servers) : IAsyncLifetime
{
    const string Failed = "ridebooking_error_queue_messages{queue=\"ride_error\"}";

    HostProcess? _host;
    PrometheusServer? _prometheus;
    Uri? _broker;
    Exception? _absent;

    public HostProcess Host => _host ?? throw Absent;

    public PrometheusServer Prometheus => _prometheus ?? throw Absent;

    Exception Absent => _absent ?? new InvalidOperationException("The host is not started.");

    public async ValueTask InitializeAsync() => _absent = await Servers.AbsenceOf(Start);

    async Task Start()
    {
        _broker = await (await servers.RabbitMqAsync()).CreateVirtualHostAsync();
        _host = await HostProcess.StartAsync(
            new Dictionary<string, string>
            {
                ["ASPNETCORE_ENVIRONMENT"] = "Development",
                ["Transport__Kind"] = "RabbitMq",
                ["ConnectionStrings__RabbitMq"] = _broker.ToString(),
                ["EventLog__Stream"] = "ride-events",
                ["Messaging__Retry"] = "00:00:00.010",
                ["Messaging__Redelivery"] = "00:00:00.100",
                ["Metrics__Interval"] = "00:00:00.500",
            }
        );
        _prometheus = await Servers.OrSkipAsync(
            "Prometheus",
            () =>
                PrometheusServer.StartAsync(
                    _host.Address,
                    Path.Combine(Page.Repository, "infra", "observability", "alerts.yml")
                )
        );
        // Twice, because a rate is the difference between two scrapes: the first must have seen every counter.
        for (var round = 1; round <= 2; round++)
        {
            await Ride();
            await Fail();
            await WaitFor.TrueAsync(
                "Prometheus to know the failed messages",
                async () => (await _prometheus.Query(Failed)).SequenceEqual([(double)round]),
                WaitFor.Limit,
                () => _host.Output
            );
        }
    }

    async Task Ride()
    {
        var city = new City(() => new HttpClient { BaseAddress = Host.Address });
        var (rider, driver) = (await city.Rider(), await city.DriverAt(City.Alexanderplatz));
        var ride = await rider.Request(City.Alexanderplatz, City.Zoo);
        await driver.Drives(ride);
        await rider.SeesPayment(ride, "captured");
    }

    /// <summary>Puts an event of an unknown ride into a queue.</summary>
    async Task Fail()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var connection = await new ConnectionFactory { Uri = _broker! }.CreateConnectionAsync(
            cancellationToken
        );
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true),
            cancellationToken
        );
        var body = new JsonObject
        {
            ["messageId"] = Guid.CreateVersion7().ToString(),
            ["messageType"] = new JsonArray("urn:message:RideBooking.Contracts:BalanceOutstanding"),
            ["message"] = new JsonObject
            {
                ["rideId"] = Guid.CreateVersion7().ToString(),
                ["riderId"] = "a rider",
                ["amount"] = new JsonObject { ["amount"] = "1.00", ["currency"] = "EUR" },
                ["at"] = "2026-01-01T00:00:00Z",
            },
            ["headers"] = new JsonObject(),
        };
        await channel.BasicPublishAsync(
            "",
            "ride",
            mandatory: true,
            new BasicProperties { ContentType = "application/vnd.masstransit+json", Persistent = true },
            Encoding.UTF8.GetBytes(body.ToJsonString()),
            cancellationToken
        );
    }

    public async ValueTask DisposeAsync()
    {
        if (_prometheus is not null)
            await _prometheus.DisposeAsync();
        if (_host is not null)
            await _host.DisposeAsync();
        if (_broker is not null)
            await (await servers.RabbitMqAsync()).DeleteVirtualHostAsync(_broker);
    }
}
