using Npgsql;
using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.FaultInjection;

/// <summary>The host as a process, with servers that can be disturbed. Faults strike one after another in the same scene.</summary>
abstract class Scene : IAsyncDisposable
{
    HostProcess? _host;

    /// <summary>Timers long enough that no ride and no offer ends during an outage.</summary>
    public static readonly IReadOnlyDictionary<string, string> Timers = new Dictionary<string, string>
    {
        ["Matching__SearchDeadline"] = "00:30:00",
        ["Matching__OfferTimeout"] = "00:02:00",
        // The drivers report no positions.
        ["Matching__MaxPositionAge"] = "1.00:00:00",
        ["Drivers__MaxSilence"] = "00:00:00",
    };

    /// <summary>The host's settings.</summary>
    public Dictionary<string, string> Settings { get; } =
        new(Timers)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            // Long enough that payments are finished by the recovery and not by the later sweep.
            ["Payments__ResumeAfter"] = "00:30:00",
            ["Messaging__Redelivery"] = "00:00:01,00:00:02,00:00:05",
        };

    public HostProcess Host => _host ?? throw new InvalidOperationException("The host is not started.");

    public abstract Database Database { get; }

    /// <summary>Starts the servers and the host that are not running.</summary>
    public virtual async Task Ready() => _host ??= await HostProcess.StartAsync(Settings);

    /// <summary>Kills the host, as a power cut would.</summary>
    public Task KillHost() => Host.KillAsync();

    /// <summary>Restarts the host at the same address and waits until it is ready.</summary>
    public async Task StartHost()
    {
        var dead = Host;
        await dead.DisposeAsync();
        _host = HostProcess.BeginInPlaceOf(dead, Settings);
        await _host.ReadyAsync();
    }

    /// <summary>Counts the messages in queues, and those in error and skipped queues.</summary>
    public abstract Task<(long InFlight, long Failed)> Messages();

    /// <summary>Describes the unfinished work from output, database and queues, as evidence.</summary>
    public virtual async Task<string> Unfinished() => $"{Host.Output}{await Database.Unfinished()}";

    public virtual async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
    }
}

/// <summary>The default configuration: SQLite and the in-memory transport, in one process.</summary>
sealed class EmbeddedScene : Scene
{
    readonly string _folder = Directory.CreateTempSubdirectory("ridebooking-faults-").FullName;

    public EmbeddedScene()
    {
        var connectionString = $"Data Source={Path.Combine(_folder, "ridebooking.db")}";
        Settings["ConnectionStrings__RideBooking"] = connectionString;
        Database = new Database(sqlite: true, connectionString + ";Pooling=False;Default Timeout=30");
    }

    public override Database Database { get; }

    public override async Task<(long InFlight, long Failed)> Messages() =>
        (
            0,
            await Database.Count("SELECT count(*) FROM {messaging.dead_letter_messages}")
                + await Database.CountFailedMessages()
        );

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>PostgreSQL and RabbitMQ, each behind a connection that can be cut.</summary>
sealed class ServersScene : Scene
{
    readonly Uri _virtualHost;
    readonly TcpProxy _toBroker;
    readonly TcpProxy _toDatabase;

    ServersScene(ServersToStop servers, Uri virtualHost, string connectionString)
    {
        Servers = servers;
        _virtualHost = virtualHost;
        Database = new Database(sqlite: false, connectionString);
        var postgres = new NpgsqlConnectionStringBuilder(connectionString);
        _toDatabase = new TcpProxy(postgres.Port);
        _toBroker = new TcpProxy(virtualHost.Port);
        postgres.Port = _toDatabase.Port;
        Settings["Database__Provider"] = DatabaseProviders.Postgres;
        Settings["ConnectionStrings__RideBooking"] = postgres.ConnectionString;
        // Shorter than the clients' timeout, so that the host refuses first.
        Settings["Limits__RequestTimeout"] = "00:00:30";
        Settings["Transport__Kind"] = "RabbitMq";
        Settings["ConnectionStrings__RabbitMq"] = new UriBuilder(virtualHost) { Port = _toBroker.Port }.Uri.ToString();
    }

    public ServersToStop Servers { get; }

    public override Database Database { get; }

    public TcpProxy ToBroker => _toBroker;

    public TcpProxy ToDatabase => _toDatabase;

    /// <summary>The broker's virtual host, without the proxy.</summary>
    public Uri VirtualHost => _virtualHost;

    public static async Task<ServersScene> Create(ServersToStop servers)
    {
        var scene = new ServersScene(
            servers,
            await servers.VirtualHost(),
            await servers.Postgres.CreateMigratedDatabaseAsync()
        );
        return scene;
    }

    public override async Task Ready()
    {
        _toBroker.Restore();
        _toDatabase.Restore();
        await Servers.AllRun();
        await base.Ready();
    }

    public override async Task<(long InFlight, long Failed)> Messages()
    {
        var queues = await Servers.RabbitMq.ListQueuesAsync(_virtualHost);
        return (
            Sum(queues.Where(queue => !IsForFailed(queue))),
            Sum(queues.Where(IsForFailed)) + await Database.CountFailedMessages()
        );

        static bool IsForFailed(QueueCounts queue) =>
            queue.Name.EndsWith("_error", StringComparison.Ordinal)
            || queue.Name.EndsWith("_skipped", StringComparison.Ordinal);
        static long Sum(IEnumerable<QueueCounts> queues) => queues.Sum(queue => queue.Ready + queue.Unacknowledged);
    }

    public override async Task<string> Unfinished() =>
        string.Join(
            '\n',
            (await Servers.RabbitMq.ListQueuesAsync(_virtualHost))
                .Where(queue => queue.Ready + queue.Unacknowledged > 0)
                .Select(queue => $"queue {queue.Name} {queue.Ready} {queue.Unacknowledged}")
                .Prepend(await base.Unfinished())
        );

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _toBroker.DisposeAsync();
        await _toDatabase.DisposeAsync();
        await Servers.Done();
    }
}
