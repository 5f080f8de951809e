using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform.Configuration;

namespace RideBooking.Platform.Persistence;

/// <summary>The schema before anything uses it.</summary>
internal static class DatabaseStart
{
    /// <summary>Creates or upgrades the schema.</summary>
    public static async Task Migrate(IServiceProvider services, CancellationToken stop)
    {
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        if (db.Database.IsSqlite())
            await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode=WAL;", stop);
        await db.Database.MigrateAsync(stop);
    }

    /// <summary>The embedded database migrates itself; a server database that is behind stops the start.</summary>
    public static async Task Check(IServiceProvider services, CancellationToken stop)
    {
        var provider = services.GetRequiredService<DatabaseOptions>().Provider;
        if (provider == DatabaseProvider.Sqlite)
        {
            await Migrate(services, stop);
            return;
        }

        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var missing = (await db.Database.GetPendingMigrationsAsync(stop)).Count();
        if (missing > 0)
            throw new ConfigurationException(
                $"The {provider} database lacks {missing} migration(s). Run: dotnet run --project src/RideBooking.Host -- migrate"
            );
    }
}
