using System.Collections.Concurrent;
using Npgsql;
using Testcontainers.PostgreSql;

namespace RideBooking.TestKit.Servers;

/// <summary>A PostgreSQL server for tests: the one that an environment variable names, or a private one.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    const string Variable = "RIDEBOOKING_TEST_POSTGRES";

    readonly IServerInstance instance;
    readonly string administration;
    readonly ConcurrentBag<string> databases = [];
    readonly Lazy<Task<string>> migrated;

    PostgresServer(IServerInstance instance, string administration)
    {
        this.instance = instance;
        this.administration = administration;
        migrated = new(MigrateAsync);
    }

    /// <summary>Gets the server that RIDEBOOKING_TEST_POSTGRES names (a connection string), or a private one.</summary>
    /// <exception cref="ServerUnavailableException">No server is available on this machine.</exception>
    public static async Task<PostgresServer> FindOrStartAsync() =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named
            ? new(new NamedInstance(Variable), named)
            : await StartOwnAsync();

    /// <summary>Starts a server that the caller may stop and kill; the caller disposes it.</summary>
    /// <exception cref="ServerUnavailableException">No server is available on this machine.</exception>
    public static async Task<PostgresServer> StartOwnAsync()
    {
        var instance = await IServerInstance.StartFirstAvailableAsync(() => new LocalPostgres(), Container);
        return new(
            instance,
            instance switch
            {
                LocalPostgres local => local.ConnectionString,
                ContainerInstance<PostgreSqlContainer> { Container: var container } => container.GetConnectionString(),
                _ => throw new InvalidOperationException($"No connection string for {instance.GetType()}."),
            }
        );
    }

    /// <summary>Creates an empty database and returns its connection string. It is dropped when the tests end.</summary>
    public async Task<string> CreateDatabaseAsync(string? name = null)
    {
        name ??= $"test_{Guid.CreateVersion7():n}";
        await ExecuteAsync($"CREATE DATABASE \"{name}\"");
        databases.Add(name);
        return Naming(name);
    }

    /// <summary>
    /// Creates a database as the host's <c>migrate</c> command leaves it, and returns its connection string. The command runs
    /// once; the others are copies.
    /// </summary>
    public async Task<string> CreateMigratedDatabaseAsync()
    {
        var name = $"test_{Guid.CreateVersion7():n}";
        await ExecuteAsync($"CREATE DATABASE \"{name}\" TEMPLATE \"{await migrated.Value}\"");
        databases.Add(name);
        return Naming(name);
    }

    /// <inheritdoc cref="IServerInstance.StartAsync"/>
    public Task StartAsync() => instance.StartAsync();

    /// <inheritdoc cref="IServerInstance.StopAsync"/>
    public Task StopAsync() => instance.StopAsync();

    /// <inheritdoc cref="IServerInstance.KillAsync"/>
    public Task KillAsync() => instance.KillAsync();

    public async ValueTask DisposeAsync()
    {
        // A private server takes its databases with it; a named server is left unchanged.
        if (instance is NamedInstance)
            foreach (var database in databases)
                await ExecuteAsync($"DROP DATABASE IF EXISTS \"{database}\" WITH (FORCE)");
        await instance.DisposeAsync();
    }

    async Task<string> MigrateAsync()
    {
        var name = $"migrated_{Guid.CreateVersion7():n}";
        await HostProcess.MigrateAsync("Postgres", await CreateDatabaseAsync(name));
        return name;
    }

    string Naming(string database) =>
        new NpgsqlConnectionStringBuilder(administration) { Database = database }.ConnectionString;

    async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(administration + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    static ContainerInstance<PostgreSqlContainer> Container() =>
        new(() => new PostgreSqlBuilder("postgres:17").WithPortBinding(FreePort.Next(), 5432).Build());
}
