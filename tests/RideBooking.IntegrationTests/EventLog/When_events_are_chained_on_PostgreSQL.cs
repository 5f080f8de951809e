using Microsoft.EntityFrameworkCore;
using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.Platform.Persistence;
using RideBooking.TestKit.EventLog;

namespace RideBooking.IntegrationTests.EventLog;

public sealed class When_events_are_chained_on_PostgreSQL(Servers servers) : HashChainScenarios, IAsyncLifetime
{
    string _database = "";

    public async ValueTask InitializeAsync() =>
        _database = await servers.CreateDatabaseAsync(DatabaseProviders.Postgres);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected override Task<DbContext> Open() =>
        Task.FromResult<DbContext>(
            new PostgresAppDbContext(
                new DbContextOptionsBuilder<PostgresAppDbContext>()
                    .UseNpgsql(_database)
                    .UseSnakeCaseNamingConvention()
                    .Options
            )
        );
}
