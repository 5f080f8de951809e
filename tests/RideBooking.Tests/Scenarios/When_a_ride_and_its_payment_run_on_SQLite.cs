using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform.Persistence;
using RideBooking.Testing;
using RideBooking.TestKit.Persistence;
using RideBooking.TestKit.Scenarios;

namespace RideBooking.Tests.Scenarios;

/// <summary>The scenarios of a ride and its payment on SQLite and the in-memory transport.</summary>
public sealed class When_a_ride_and_its_payment_run_on_SQLite(
    When_a_ride_and_its_payment_run_on_SQLite.Platform platform
) : RideAndPaymentScenarios, IClassFixture<When_a_ride_and_its_payment_run_on_SQLite.Platform>
{
    public override ScenarioBus Bus => platform.Bus;

    public sealed class Platform : IAsyncLifetime
    {
        readonly string _folder = Directory.CreateTempSubdirectory("ridebooking-scenarios-").FullName;
        PlatformBus? _started;

        public ScenarioBus Bus => _started!.Scenarios;

        public async ValueTask InitializeAsync() =>
            _started = await PlatformBus.Start(
                "SQLite",
                services =>
                    services
                        .AddBusTraffic()
                        .ConfigureDbContext<SqliteAppDbContext>(db => db.AddInterceptors(new SqliteSynchronousOff())),
                ("ConnectionStrings:RideBooking", $"Data Source={Path.Combine(_folder, "scenarios.db")}")
            );

        public async ValueTask DisposeAsync()
        {
            await _started!.DisposeAsync();
            SqliteConnection.ClearAllPools();
            Directory.Delete(_folder, recursive: true);
        }
    }
}
