using RideBooking.IntegrationTests.Infrastructure;
using Xunit.Sdk;

[assembly: AssemblyFixture(typeof(Servers))]

namespace RideBooking.IntegrationTests.Infrastructure;

/// <summary>
/// The servers of this test run. A test class takes it as constructor parameter and asks for what it needs, in its tests or
/// in its InitializeAsync; each server is found or started at the first request, once, beside the others. Where a server
/// cannot be had the test is skipped with the reason; with RIDEBOOKING_REQUIRE_INFRASTRUCTURE=1 it fails instead.
/// </summary>
public sealed class Servers : IAsyncDisposable
{
    readonly Lazy<Task<PostgresServer>> postgres = new(PostgresServer.FindOrStartAsync);
    readonly Lazy<Task<RabbitMqServer>> rabbitMq = new(RabbitMqServer.FindOrStartAsync);
    readonly Lazy<SqlServer> sqlServer = new(() =>
        new(SqlServer.Named ?? throw new ServerUnavailableException("RIDEBOOKING_TEST_SQLSERVER names no server"))
    );

    readonly Lazy<string> files = new(() => Directory.CreateTempSubdirectory("ridebooking-sqlite-").FullName);

    public Task<PostgresServer> PostgresAsync() => OrSkipAsync("PostgreSQL", () => postgres.Value);

    public Task<RabbitMqServer> RabbitMqAsync() => OrSkipAsync("RabbitMQ", () => rabbitMq.Value);

    public Task<SqlServer> SqlServerAsync() => OrSkipAsync("SQL Server", () => Task.FromResult(sqlServer.Value));

    /// <summary>Makes an empty database and returns its connection string. It is gone when the tests end.</summary>
    /// <param name="provider">One of <see cref="DatabaseProviders"/>.</param>
    public async Task<string> CreateDatabaseAsync(string provider) =>
        provider switch
        {
            DatabaseProviders.Sqlite => $"Data Source={Path.Combine(files.Value, $"{Guid.CreateVersion7():n}.db")}",
            DatabaseProviders.Postgres => await (await PostgresAsync()).CreateDatabaseAsync(),
            DatabaseProviders.SqlServer => await (await SqlServerAsync()).CreateDatabaseAsync(),
            _ => throw new ArgumentOutOfRangeException(nameof(provider), provider, "No such database provider."),
        };

    /// <summary>Makes a database as the host's <c>migrate</c> command leaves it, and returns its connection string.</summary>
    /// <param name="provider">One of <see cref="DatabaseProviders.Servers"/>; on SQLite the host migrates by itself.</param>
    public async Task<string> CreateMigratedDatabaseAsync(string provider)
    {
        if (provider == DatabaseProviders.Postgres)
            return await (await PostgresAsync()).CreateMigratedDatabaseAsync();
        var connectionString = await CreateDatabaseAsync(provider);
        await HostProcess.MigrateAsync(provider, connectionString);
        return connectionString;
    }

    /// <summary>Any way to get a server, for tests that start their own: its absence skips the test, or fails it.</summary>
    public static async Task<TServer> OrSkipAsync<TServer>(string what, Func<Task<TServer>> get)
    {
        try
        {
            return await get();
        }
        catch (ServerUnavailableException unavailable)
            when (Environment.GetEnvironmentVariable("RIDEBOOKING_REQUIRE_INFRASTRUCTURE") != "1")
        {
            Assert.Skip($"No {what}: {unavailable.Message}.");
            throw;
        }
    }

    /// <summary>
    /// For a class fixture: what it needs may be absent, which skips the tests that then ask for it. (A fixture that lets
    /// the skip out of its InitializeAsync fails its tests instead.)
    /// </summary>
    /// <returns>Why it was not started, to be thrown by whatever the fixture is asked for; null when all is there.</returns>
    public static async Task<Exception?> AbsenceOf(Func<Task> start)
    {
        try
        {
            await start();
            return null;
        }
        catch (SkipException absent)
        {
            return absent;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (postgres.IsValueCreated && postgres.Value.IsCompletedSuccessfully)
            await (await postgres.Value).DisposeAsync();
        if (rabbitMq.IsValueCreated && rabbitMq.Value.IsCompletedSuccessfully)
            await (await rabbitMq.Value).DisposeAsync();
        if (sqlServer.IsValueCreated)
            await sqlServer.Value.DisposeAsync();
        if (files.IsValueCreated)
            Directory.Delete(files.Value, recursive: true);
    }
}
