using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using RideBooking.Platform.Persistence;
using RideBooking.TestKit.EventLog;
using RideBooking.TestKit.Persistence;

namespace RideBooking.Tests.EventLog.Archives;

public sealed class When_streams_are_archived_on_SQLite : ArchiveScenarios
{
    readonly string _folder = Directory.CreateTempSubdirectory("ridebooking-archived-").FullName;
    readonly SqliteWriteGate _gate = new();

    protected override DbContext Open(IServiceProvider application) =>
        new SqliteAppDbContext(
            (DbContextOptions<SqliteAppDbContext>)
                new DbContextOptionsBuilder<SqliteAppDbContext>()
                    .UseSqlite($"Data Source={Path.Combine(_folder, "log.db")}")
                    .UseSnakeCaseNamingConvention()
                    .UseApplicationServiceProvider(application)
                    .UseOpenConnection(_gate)
                    // A test process has more combinations of options than an application.
                    .ConfigureWarnings(log => log.Ignore(CoreEventId.ManyServiceProvidersCreatedWarning))
                    .AddInterceptors(new SqliteSynchronousOff())
                    .Options
        );

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }
}
