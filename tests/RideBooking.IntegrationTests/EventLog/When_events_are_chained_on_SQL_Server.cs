using Microsoft.EntityFrameworkCore;
using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.Platform.Persistence;
using RideBooking.TestKit.EventLog;

namespace RideBooking.IntegrationTests.EventLog;

// Part of the build only if RIDEBOOKING_TEST_SQLSERVER names a server, so that no test is skipped without one.
public sealed class When_events_are_chained_on_SQL_Server(Servers servers) : HashChainScenarios, IAsyncLifetime
{
    string _database = "";

    public async ValueTask InitializeAsync() =>
        _database = await servers.CreateDatabaseAsync(DatabaseProviders.SqlServer);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected override Task<DbContext> Open() =>
        Task.FromResult<DbContext>(
            new SqlServerAppDbContext(
                new DbContextOptionsBuilder<SqlServerAppDbContext>()
                    .UseSqlServer(_database)
                    .UseSnakeCaseNamingConvention()
                    .Options
            )
        );
}
