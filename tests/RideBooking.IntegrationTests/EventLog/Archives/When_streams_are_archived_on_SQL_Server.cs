using Microsoft.EntityFrameworkCore;
using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.Platform.Persistence;
using RideBooking.TestKit.EventLog;

namespace RideBooking.IntegrationTests.EventLog.Archives;

// Part of the build only if RIDEBOOKING_TEST_SQLSERVER names a server, so that no test is skipped without one.
public sealed class When_streams_are_archived_on_SQL_Server(Servers servers) : ArchiveScenarios, IAsyncLifetime
{
    string _database = "";

    public async ValueTask InitializeAsync() =>
        _database = await servers.CreateDatabaseAsync(DatabaseProviders.SqlServer);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected override DbContext Open(IServiceProvider application) =>
        new SqlServerAppDbContext(
            new DbContextOptionsBuilder<SqlServerAppDbContext>()
                .UseSqlServer(_database)
                .UseSnakeCaseNamingConvention()
                .UseApplicationServiceProvider(application)
                .Options
        );
}
