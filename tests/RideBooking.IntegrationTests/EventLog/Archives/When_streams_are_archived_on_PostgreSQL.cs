using Microsoft.EntityFrameworkCore;
using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.Platform.Persistence;
using RideBooking.TestKit.EventLog;

namespace RideBooking.IntegrationTests.EventLog.Archives;

public sealed class When_streams_are_archived_on_PostgreSQL(Servers servers) : ArchiveScenarios, IAsyncLifetime
{
    string _database = "";

    public async ValueTask InitializeAsync() =>
        _database = await servers.CreateDatabaseAsync(DatabaseProviders.Postgres);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected override DbContext Open(IServiceProvider application) =>
        new PostgresAppDbContext(
            new DbContextOptionsBuilder<PostgresAppDbContext>()
                .UseNpgsql(_database)
                .UseSnakeCaseNamingConvention()
                .UseApplicationServiceProvider(application)
                .Options
        );
}
