using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.TestKit.Api;
using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.Rides;

/// <summary>The host as a separate process, on a database and a transport.</summary>
public abstract class RideBookingOn(Servers servers) : IAsyncLifetime
{
    HostProcess? _host;
    Exception? _absent;
    Dictionary<string, string> _settings = [];

    protected abstract string Provider { get; }

    /// <summary>The timeout of an offer; short, so that tests wait briefly.</summary>
    protected virtual string OfferTimeout => "00:00:03";

    /// <summary>The deadline of a search; short for the same reason.</summary>
    protected virtual string SearchDeadline => "00:00:15";

    protected Servers Servers { get; } = servers;

    public string ConnectionString { get; private set; } = "";

    /// <summary>The broker, or null without one.</summary>
    public Uri? Broker { get; private set; }

    public HostProcess Host => _host ?? throw _absent ?? new InvalidOperationException("The host is not started.");

    public City City => new(() => new HttpClient { BaseAddress = Host.Address });

    public async ValueTask InitializeAsync() => _absent = await Servers.AbsenceOf(Start);

    async Task Start()
    {
        var settings = new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["Database__Provider"] = Provider,
            ["Matching__OfferTimeout"] = OfferTimeout,
            ["Matching__SearchDeadline"] = SearchDeadline,
            // These drivers report where they are when they go online, and seldom again.
            ["Matching__MaxPositionAge"] = "1.00:00:00",
        };
        await Configure(settings);
        if (settings.TryGetValue("ConnectionStrings__RideBooking", out var connectionString))
            ConnectionString = connectionString;
        _host = await HostProcess.StartAsync(settings);
        _settings = settings;
    }

    /// <summary>Kills the host, as a power cut would, and restarts it on the same database and broker.</summary>
    public async Task KillAndStartAgain()
    {
        await Host.KillAsync();
        await Host.DisposeAsync();
        _host = await HostProcess.StartAsync(_settings);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
        if (Broker is not null)
            await (await Servers.RabbitMqAsync()).DeleteVirtualHostAsync(Broker);
        GC.SuppressFinalize(this);
    }

    /// <summary>Creates the settings that name the database and the broker.</summary>
    protected abstract Task Configure(Dictionary<string, string> settings);

    protected async Task UseRabbitMq(Dictionary<string, string> settings)
    {
        settings["Transport__Kind"] = "RabbitMq";
        Broker = await (await Servers.RabbitMqAsync()).CreateVirtualHostAsync();
        settings["ConnectionStrings__RabbitMq"] = Broker.ToString();
    }
}

/// <summary>The default configuration: SQLite and the in-memory transport.</summary>
public class RideBookingOnSqlite(Servers servers) : RideBookingOn(servers)
{
    protected override string Provider => DatabaseProviders.Sqlite;

    protected override Task Configure(Dictionary<string, string> settings) => Task.CompletedTask;
}

/// <summary>PostgreSQL and RabbitMQ.</summary>
public class RideBookingOnPostgres(Servers servers) : RideBookingOn(servers)
{
    protected override string Provider => DatabaseProviders.Postgres;

    protected override async Task Configure(Dictionary<string, string> settings)
    {
        var database = Servers.CreateMigratedDatabaseAsync(Provider);
        await UseRabbitMq(settings);
        settings["ConnectionStrings__RideBooking"] = await database;
    }
}

/// <summary>The named SQL Server and RabbitMQ.</summary>
public class RideBookingOnSqlServer(Servers servers) : RideBookingOn(servers)
{
    protected override string Provider => DatabaseProviders.SqlServer;

    protected override async Task Configure(Dictionary<string, string> settings)
    {
        var database = Servers.CreateMigratedDatabaseAsync(Provider);
        await UseRabbitMq(settings);
        settings["ConnectionStrings__RideBooking"] = await database;
    }
}
