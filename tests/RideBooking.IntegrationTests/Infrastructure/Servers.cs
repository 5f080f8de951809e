using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.TestKit.Servers;
using Xunit.Sdk;

[assembly: AssemblyFixture(typeof(Servers))]

namespace RideBooking.IntegrationTests.Infrastructure;

/// <summary>
/// The servers of this test run. A test class takes it as constructor parameter and requests servers in its tests or in its
/// InitializeAsync; each server is found or started once, at the first request, in parallel with the others. If a server
/// is unavailable the test is skipped with the reason; with RIDEBOOKING_REQUIRE_INFRASTRUCTURE=1 it fails instead.
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

    /// <summary>Creates an empty database and returns its connection string. It is dropped when the tests end.</summary>
    /// <param name="provider">One of <see cref="DatabaseProviders"/>.</param>
    public async Task<string> CreateDatabaseAsync(string provider) =>
        provider switch
        {
            DatabaseProviders.Sqlite => $"Data Source={Path.Combine(files.Value, $"{Guid.CreateVersion7():n}.db")}",
            DatabaseProviders.Postgres => await (await PostgresAsync()).CreateDatabaseAsync(),
            DatabaseProviders.SqlServer => await (await SqlServerAsync()).CreateDatabaseAsync(),
            _ => throw new ArgumentOutOfRangeException(nameof(provider), provider, "No such database provider."),
        };

    /// <summary>Creates a database as the host's <c>migrate</c> command leaves it, and returns its connection string.</summary>
    /// <param name="provider">One of <see cref="DatabaseProviders.Servers"/>; on SQLite the host migrates at its start.</param>
    public async Task<string> CreateMigratedDatabaseAsync(string provider)
    {
        if (provider == DatabaseProviders.Postgres)
            return await (await PostgresAsync()).CreateMigratedDatabaseAsync();
        var connectionString = await CreateDatabaseAsync(provider);
        await HostProcess.MigrateAsync(provider, connectionString);
        return connectionString;
    }

    /// <summary>Gets a server for tests that start their own; its absence skips or fails the test.</summary>
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
    /// Starts a class fixture whose servers may be absent, which then skips the tests that use it. (A fixture whose
    /// InitializeAsync throws the skip fails its tests instead.)
    /// </summary>
    /// <returns>The reason why it was not started, for the fixture's members to throw; null if it was started.</returns>
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
