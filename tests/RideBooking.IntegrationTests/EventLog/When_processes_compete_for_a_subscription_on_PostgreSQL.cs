using Microsoft.EntityFrameworkCore;
using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.Tests.EventLog;

namespace RideBooking.IntegrationTests.EventLog;

public sealed class When_processes_compete_for_a_subscription_on_PostgreSQL(Servers servers)
    : SubscriptionScenarios,
        IAsyncLifetime
{
    string _database = "";

    public async ValueTask InitializeAsync() =>
        _database = await servers.CreateDatabaseAsync(DatabaseProviders.Postgres);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected override Task<SubscriptionsContext> Open() =>
        Task.FromResult(
            new SubscriptionsContext(
                new DbContextOptionsBuilder<SubscriptionsContext>()
                    .UseNpgsql(_database)
                    .UseSnakeCaseNamingConvention()
                    .Options
            )
        );
}
