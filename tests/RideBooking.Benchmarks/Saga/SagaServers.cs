using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using RideBooking.TestKit.Servers;

namespace RideBooking.Benchmarks.Saga;

/// <summary>The broker and the database of the saga, as private servers if they are needed.</summary>
sealed class SagaServers : IAsyncDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ridebooking-saga-");
    readonly Transport _transport;
    readonly Database _database;
    RabbitMqServer? _rabbitMq;
    PostgresServer? _postgres;
    SqlServer? _sqlServer;
    string _connectionString = "";

    SagaServers(Transport transport, Database database) => (_transport, _database) = (transport, database);

    /// <summary>The broker's virtual host for the current run; null in memory.</summary>
    public Uri? Broker { get; private set; }

    public static async Task<SagaServers> Start(Transport transport, Database database)
    {
        var servers = new SagaServers(transport, database);
        if (transport == Transport.RabbitMq)
            servers._rabbitMq = await RabbitMqServer.FindOrStartAsync();
        if (database == Database.Postgres)
            servers._postgres = await PostgresServer.FindOrStartAsync();
        if (database == Database.SqlServer)
            servers._sqlServer = new SqlServer(
                SqlServer.Named
                    ?? throw new ServerUnavailableException("RIDEBOOKING_TEST_SQLSERVER names no SQL Server.")
            );
        return servers;
    }

    /// <summary>Creates an empty database and a virtual host without queues.</summary>
    public async Task Renew()
    {
        Broker = _rabbitMq is null ? null : await _rabbitMq.CreateVirtualHostAsync();
        _connectionString = _database switch
        {
            Database.Postgres => new NpgsqlConnectionStringBuilder(await _postgres!.CreateDatabaseAsync())
            {
                MaxAutoPrepare = 100,
                NoResetOnClose = true,
            }.ConnectionString,
            Database.SqlServer => await _sqlServer!.CreateDatabaseAsync(),
            _ => $"Data Source={Path.Combine(_folder.FullName, $"{Guid.CreateVersion7():n}.db")}",
        };
    }

    public void UseDatabase(DbContextOptionsBuilder options)
    {
        switch (_database)
        {
            case Database.Postgres:
                options.UseNpgsql(_connectionString);
                break;
            case Database.SqlServer:
                options.UseSqlServer(_connectionString);
                break;
            default:
                options.UseSqlite(_connectionString);
                break;
        }
    }

    /// <summary>Returns the write transactions so far, counted by the server; null if it does not count them.</summary>
    public async Task<long?> Transactions()
    {
        if (_database != Database.Postgres)
            return null;
        await using var connection = new NpgsqlConnection(_connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint",
            connection
        );
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>
    /// Measures the durable single-statement commits per second of the database: from several connections, or on SQLite from
    /// its single writer.
    /// </summary>
    public async Task<double?> CommitsPerSecond(TimeSpan time, CancellationToken cancellationToken)
    {
        if (_database == Database.Sqlite)
            return await CommitsOfSqlite(time, cancellationToken);
        if (_database != Database.Postgres)
            return null;
        await using var source = NpgsqlDataSource.Create(_connectionString);
        await using (var create = source.CreateCommand("CREATE TABLE commits (id uuid PRIMARY KEY)"))
            await create.ExecuteNonQueryAsync(cancellationToken);
        var commits = 0L;
        var until =
            TimeProvider.System.GetTimestamp() + (long)(time.TotalSeconds * TimeProvider.System.TimestampFrequency);
        await Task.WhenAll(
            Enumerable
                .Range(0, 16)
                .Select(async _ =>
                {
                    await using var connection = await source.OpenConnectionAsync(cancellationToken);
                    await using var insert = new NpgsqlCommand("INSERT INTO commits VALUES ($1)", connection);
                    var id = insert.Parameters.Add(new NpgsqlParameter<Guid>());
                    while (TimeProvider.System.GetTimestamp() < until)
                    {
                        insert.Parameters[0].Value = Guid.CreateVersion7();
                        await insert.ExecuteNonQueryAsync(cancellationToken);
                        Interlocked.Increment(ref commits);
                    }
                })
        );
        return commits / time.TotalSeconds;
    }

    async Task<double> CommitsOfSqlite(TimeSpan time, CancellationToken cancellationToken)
    {
        await using var connection = new SqliteConnection(_connectionString);
        await connection.OpenAsync(cancellationToken);
        await using (var create = connection.CreateCommand())
        {
            create.CommandText =
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE commits (id TEXT PRIMARY KEY) WITHOUT ROWID";
            await create.ExecuteNonQueryAsync(cancellationToken);
        }
        await using var insert = connection.CreateCommand();
        insert.CommandText = "INSERT INTO commits VALUES ($id)";
        var id = insert.Parameters.Add("$id", SqliteType.Text);
        var (commits, started) = (0L, TimeProvider.System.GetTimestamp());
        for (; TimeProvider.System.GetElapsedTime(started) < time; commits++)
        {
            id.Value = Guid.CreateVersion7().ToString();
            await insert.ExecuteNonQueryAsync(cancellationToken);
        }
        return commits / time.TotalSeconds;
    }

    public async ValueTask DisposeAsync()
    {
        SqliteConnection.ClearAllPools();
        if (_rabbitMq is not null)
            await _rabbitMq.DisposeAsync();
        if (_postgres is not null)
            await _postgres.DisposeAsync();
        if (_sqlServer is not null)
            await _sqlServer.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
