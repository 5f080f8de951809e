using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using RideBooking.Platform.Persistence;
using RideBooking.TestKit.EventLog;
using RideBooking.TestKit.Persistence;

namespace RideBooking.Tests.EventLog;

public sealed class When_sequencers_run_at_once_on_SQLite : SequencerScenarios, IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("ridebooking-sequencers-").FullName;
    readonly SqliteWriteGate _gate = new();

    protected override Task<DbContext> Open() =>
        Task.FromResult<DbContext>(
            new SqliteAppDbContext(
                (DbContextOptions<SqliteAppDbContext>)
                    new DbContextOptionsBuilder<SqliteAppDbContext>()
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
