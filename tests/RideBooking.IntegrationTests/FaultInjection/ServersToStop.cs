using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.FaultInjection;

/// <summary>
/// The test classes that share servers which they stop and kill, one class after the other. The fault injection has its
/// own servers.
/// </summary>
[CollectionDefinition]
public sealed class OnServersToStop : ICollectionFixture<ServersToStop>;

/// <summary>Servers for exclusive use, because the tests stop and kill them.</summary>
public sealed class ServersToStop : IAsyncLifetime
{
    readonly HashSet<object> _stopped = [];
    readonly List<Uri> _virtualHosts = [];
    PostgresServer? _postgres;
    RabbitMqServer? _rabbitMq;
    Exception? _absent;

    public PostgresServer Postgres => _postgres ?? throw Absent;

    public RabbitMqServer RabbitMq => _rabbitMq ?? throw Absent;

    Exception Absent => _absent ?? new InvalidOperationException("The servers are not started.");

    public async ValueTask InitializeAsync() => _absent = await Servers.AbsenceOf(Start);

    async Task Start()
    {
        await Task.WhenAll(Broker(), Database());

        async Task Broker() => _rabbitMq = await Servers.OrSkipAsync("RabbitMQ", RabbitMqServer.StartOwnAsync);
        async Task Database() => _postgres = await Servers.OrSkipAsync("PostgreSQL", PostgresServer.StartOwnAsync);
    }

    /// <summary>Creates a virtual host for a test, which calls <see cref="Done"/> at its end.</summary>
    public async Task<Uri> VirtualHost()
    {
        await AllRun();
        var virtualHost = await RabbitMq.CreateVirtualHostAsync();
        _virtualHosts.Add(virtualHost);
        return virtualHost;
    }

    /// <summary>Deletes the virtual host, so that it costs the broker no more work.</summary>
    public async Task Done()
    {
        if (_virtualHosts.Count == 0)
            return;
        await AllRun();
        foreach (var virtualHost in _virtualHosts)
            await RabbitMq.DeleteVirtualHostAsync(virtualHost);
        _virtualHosts.Clear();
    }

    public Task Stop(PostgresServer postgres)
    {
        _stopped.Add(postgres);
        return postgres.StopAsync();
    }

    public Task Stop(RabbitMqServer rabbitMq)
    {
        _stopped.Add(rabbitMq);
        return rabbitMq.StopAsync();
    }

    public Task Kill(RabbitMqServer rabbitMq)
    {
        _stopped.Add(rabbitMq);
        return rabbitMq.KillAsync();
    }

    public Task Start(PostgresServer postgres)
    {
        _stopped.Remove(postgres);
        return postgres.StartAsync();
    }

    public Task Start(RabbitMqServer rabbitMq)
    {
        _stopped.Remove(rabbitMq);
        return rabbitMq.StartAsync();
    }

    /// <summary>Starts the servers that a failed test left stopped.</summary>
    public async Task AllRun()
    {
        if (_stopped.Remove(Postgres))
            await Postgres.StartAsync();
        if (_stopped.Remove(RabbitMq))
            await RabbitMq.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_rabbitMq is not null)
            await _rabbitMq.DisposeAsync();
        if (_postgres is not null)
            await _postgres.DisposeAsync();
    }
}
