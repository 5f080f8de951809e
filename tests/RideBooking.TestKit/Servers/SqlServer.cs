using System.Collections.Concurrent;
using Microsoft.Data.SqlClient;

namespace RideBooking.TestKit.Servers;

/// <summary>The SQL Server (or T-SQL compatible server) that RIDEBOOKING_TEST_SQLSERVER names; none is started.</summary>
public sealed class SqlServer(string administration) : IAsyncDisposable
{
    readonly ConcurrentBag<string> databases = [];

    /// <summary>The connection string, or null if none is named: then there are no SQL Server cases.</summary>
    public static string? Named =>
        Environment.GetEnvironmentVariable("RIDEBOOKING_TEST_SQLSERVER") is { Length: > 0 } named ? named : null;

    /// <summary>Creates an empty database and returns its connection string. It is dropped when the tests end.</summary>
    public async Task<string> CreateDatabaseAsync(string? name = null)
    {
        name ??= $"test_{Guid.CreateVersion7():n}";
        await ExecuteAsync($"CREATE DATABASE [{name}]");
        databases.Add(name);
        return new SqlConnectionStringBuilder(administration) { InitialCatalog = name }.ConnectionString;
    }

    public async ValueTask DisposeAsync()
    {
        // Idle pooled connections would keep the databases in use.
        SqlConnection.ClearAllPools();
        foreach (var database in databases)
            await ExecuteAsync($"DROP DATABASE [{database}]");
    }

    async Task ExecuteAsync(string sql)
    {
        await using var connection = new SqlConnection(administration);
        await connection.OpenAsync();
        await using var command = new SqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
