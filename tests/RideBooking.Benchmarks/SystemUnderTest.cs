using System.Data.Common;
using System.Diagnostics;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Npgsql;
using RideBooking.TestKit.Servers;

namespace RideBooking.Benchmarks;

/// <summary>The host as users run it, as a separate process, with private servers if they are needed.</summary>
sealed class SystemUnderTest : IAsyncDisposable
{
    readonly Transport _transport;
    readonly Database _database;
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ridebooking-benchmark-");
    PostgresServer? _postgres;
    SqlServer? _sqlServer;
    RabbitMqServer? _rabbitMq;
    HostProcess? _host;
    Dictionary<string, string> _hostSettings = [];
    string _connectionString = "";

    SystemUnderTest(Transport transport, Database database) => (_transport, _database) = (transport, database);

    /// <summary>The address of its API.</summary>
    public Uri Address => _host!.Address;

    /// <summary>The broker's virtual host; null in memory.</summary>
    public Uri? Broker { get; private set; }

    /// <summary>The output of the host.</summary>
    public string Output => _host?.Output ?? "";

    /// <summary>Starts servers and host; they end with this process, however it ends.</summary>
    /// <param name="transport">The message transport.</param>
    /// <param name="database">The database.</param>
    /// <param name="settings">Further settings of the host, as environment variables.</param>
    public static async Task<SystemUnderTest> Start(
        Transport transport,
        Database database,
        IReadOnlyDictionary<string, string>? settings = null
    )
    {
        var system = new SystemUnderTest(transport, database);
        try
        {
            await system.Start(settings ?? new Dictionary<string, string>());
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Fills the database with finished rides (<see cref="History"/>) while the host is stopped, and restarts the host at the
    /// same address.
    /// </summary>
    /// <returns>The last position in the event log.</returns>
    public async Task<long> Fill(
        IReadOnlyList<Guid> driven,
        int rides,
        Action<int> copied,
        CancellationToken cancellationToken
    )
    {
        var stopped = _host!;
        await stopped.StopAsync();
        File.Delete(CountsAddress);
        long position;
        await using (var connection = new NpgsqlConnection(_connectionString + ";Pooling=false"))
        {
            await connection.OpenAsync(cancellationToken);
            position = await new History(connection).Fill(driven, rides, copied, cancellationToken);
        }
        await stopped.DisposeAsync();
        _host = await HostProcess.StartInPlaceOfAsync(stopped, _hostSettings);
        return position;
    }

    /// <summary>Reads the host's counters so far.</summary>
    public Task<Counts> Counts(CancellationToken cancellationToken) =>
        Benchmarks.Counts.Ask(CountsAddress, collect: false, cancellationToken);

    /// <summary>Reads the counters after a full garbage collection in the host.</summary>
    public Task<Counts> CountsWhenClean(CancellationToken cancellationToken) =>
        Benchmarks.Counts.Ask(CountsAddress, collect: true, cancellationToken);

    /// <summary>Counts the messages in the outbox.</summary>
    public Task<long> OutboxLength() =>
        Query(
            _database == Database.Sqlite
                ? "SELECT COUNT(*) FROM messaging_outbox_message"
                : "SELECT COUNT(*) FROM messaging.outbox_message"
        );

    /// <summary>Opens a connection to the host's database.</summary>
    public async Task<DbConnection> OpenDatabase()
    {
        DbConnection connection = _database switch
        {
            Database.Sqlite => new SqliteConnection(_connectionString),
            Database.Postgres => new NpgsqlConnection(_connectionString + ";Pooling=false"),
            _ => new SqlConnection(_connectionString),
        };
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>Returns the last position of the event log.</summary>
    public Task<long> LastPosition(DbConnection connection) =>
        Query(connection, $"SELECT position FROM {EventLog}head");

    /// <summary>Returns the checkpoint of each subscription.</summary>
    public async Task<IReadOnlyDictionary<string, long>> Checkpoints(DbConnection connection)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT name, position FROM {EventLog}subscriptions";
        await using var rows = await command.ExecuteReaderAsync();
        var positions = new Dictionary<string, long>();
        while (await rows.ReadAsync())
            positions.Add(rows.GetString(0), rows.GetInt64(1));
        return positions;
    }

    /// <summary>
    /// Returns the write transactions and the syncs of the log, counted by the server and including the scheduler's; null if it
    /// does not count them.
    /// </summary>
    public async Task<(long Transactions, long Syncs)?> WritesByServer() =>
        _database == Database.Postgres
            ? (
                await Query("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"),
                await Query("SELECT wal_sync FROM pg_stat_wal")
            )
            : null;

    /// <summary>Returns the processor time so far by process, in milliseconds.</summary>
    public async Task<IReadOnlyDictionary<string, double>> Processor(CancellationToken cancellationToken) =>
        ProcessUse.Processor((await Counts(cancellationToken)).ProcessId);

    /// <summary>Measures the minimum cost of a commit: the median time to write and sync a page on the database's disk.</summary>
    public TimeSpan SyncedWrite()
    {
        using var file = File.Create(Path.Combine(_folder.FullName, "sync"));
        var page = new byte[4096];
        var times = new List<TimeSpan>();
        for (var i = 0; i < 100; i++)
        {
            var started = Stopwatch.GetTimestamp();
            file.Write(page);
            file.Flush(flushToDisk: true);
            times.Add(Stopwatch.GetElapsedTime(started));
        }
        return times.Order().ElementAt(times.Count / 2);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
        SqliteConnection.ClearAllPools();
        if (_rabbitMq is not null)
            await _rabbitMq.DisposeAsync();
        if (_postgres is not null)
            await _postgres.DisposeAsync();
        if (_sqlServer is not null)
            await _sqlServer.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    string EventLog => _database == Database.Sqlite ? "event_log_" : "event_log.";

    string CountsAddress => Path.Combine(_folder.FullName, "counts");

    async Task Start(IReadOnlyDictionary<string, string> further)
    {
        var settings = new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["Database__Provider"] = $"{_database}",
            ["Transport__Kind"] = $"{_transport}",
            // With more rides than drivers some rides wait: none may end by a timeout.
            ["Matching__OfferTimeout"] = "00:01:00",
            ["Matching__SearchDeadline"] = "01:00:00",
            // The drivers go on duty before the load and report no positions.
            ["Matching__MaxPositionAge"] = "1.00:00:00",
            ["Drivers__MaxSilence"] = "00:00:00",
            // The drivers take no time for any distance, which must not be flagged.
            ["Rides__MaxSpeedKmh"] = "1000000",
        };
        foreach (var (key, value) in further)
            settings[key] = value;
        if (_transport == Transport.RabbitMq)
        {
            _rabbitMq = await RabbitMqServer.FindOrStartAsync();
            Broker = await _rabbitMq.CreateVirtualHostAsync();
            settings["ConnectionStrings__RabbitMq"] = Broker.ToString();
        }
        _connectionString = await CreateDatabase();
        settings["ConnectionStrings__RideBooking"] = _connectionString;
        var (exitCode, output) = await HostProcess.RunToEndAsync(settings, "migrate");
        if (exitCode != 0)
            throw new InvalidOperationException($"The database could not be migrated. {output}");

        settings["DOTNET_STARTUP_HOOKS"] = typeof(SystemUnderTest).Assembly.Location;
        settings[StartupHook.AddressVariable] = CountsAddress;
        _hostSettings = settings;
        _host = await HostProcess.StartAsync(settings);
    }

    async Task<string> CreateDatabase()
    {
        switch (_database)
        {
            case Database.Sqlite:
                return $"Data Source={Path.Combine(_folder.FullName, "ridebooking.db")}";
            case Database.Postgres:
                _postgres = await PostgresServer.FindOrStartAsync();
                return await _postgres.CreateDatabaseAsync();
            default:
                _sqlServer = new SqlServer(
                    SqlServer.Named
                        ?? throw new ServerUnavailableException("RIDEBOOKING_TEST_SQLSERVER names no SQL Server.")
                );
                return await _sqlServer.CreateDatabaseAsync();
        }
    }

    async Task<long> Query(string sql)
    {
        await using var connection = await OpenDatabase();
        return await Query(connection, sql);
    }

    static async Task<long> Query(DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(await command.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture);
    }
}
