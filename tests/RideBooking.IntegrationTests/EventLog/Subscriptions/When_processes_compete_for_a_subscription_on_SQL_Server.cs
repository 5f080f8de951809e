using Microsoft.EntityFrameworkCore;
using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.TestKit.EventLog;

namespace RideBooking.IntegrationTests.EventLog.Subscriptions;

// Part of the build only if RIDEBOOKING_TEST_SQLSERVER names a server, so that no test is skipped without one.
public sealed class When_processes_compete_for_a_subscription_on_SQL_Server(Servers servers)
    : SubscriptionScenarios,
        IAsyncLifetime
{
    string _database = "";

    public async ValueTask InitializeAsync() =>
        _database = await servers.CreateDatabaseAsync(DatabaseProviders.SqlServer);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected override Task<SubscriptionsContext> Open() =>
        Task.FromResult(
            new SubscriptionsContext(
                new DbContextOptionsBuilder<SubscriptionsContext>()
                    .UseSqlServer(_database)
                    .UseSnakeCaseNamingConvention()
                    .Options
            )
        );
}
