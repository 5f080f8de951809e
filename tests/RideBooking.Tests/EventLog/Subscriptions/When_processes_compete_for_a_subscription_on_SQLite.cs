using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using RideBooking.Platform.Persistence;
using RideBooking.TestKit.EventLog;
using RideBooking.TestKit.Persistence;

namespace RideBooking.Tests.EventLog.Subscriptions;

public sealed class When_processes_compete_for_a_subscription_on_SQLite : SubscriptionScenarios, IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("ridebooking-subscriptions-").FullName;
    readonly SqliteWriteGate _gate = new();

    protected override Task<SubscriptionsContext> Open() =>
        Task.FromResult(
            new SubscriptionsContext(
                new DbContextOptionsBuilder<SubscriptionsContext>()
                    .UseSqlite($"Data Source={Path.Combine(_folder, "log.db")}")
                    .UseSnakeCaseNamingConvention()
                    .UseOpenConnection(_gate)
                    // A test process has more combinations of options than an application.
                    .ConfigureWarnings(log => log.Ignore(CoreEventId.ManyServiceProvidersCreatedWarning))
                    .AddInterceptors(new SqliteSynchronousOff())
                    .Options
            )
        );

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }
}
