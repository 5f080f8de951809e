using System.Data.Common;
using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform.Configuration;

namespace RideBooking.Platform.Persistence;

/// <summary>The schema before anything uses it.</summary>
internal static class DatabaseStart
{
    /// <summary>Creates or upgrades the schema. Throws <see cref="ConfigurationException"/> when there is no such database.</summary>
    public static Task Migrate(IServiceProvider services, CancellationToken stop) =>
        OnDatabase(
            services,
            async (db, _) =>
            {
                if (db.Database.IsSqlite())
                    await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode=WAL;", stop);
                await db.Database.MigrateAsync(stop);
            }
        );

    /// <summary>The embedded database migrates itself; a server database that is behind stops the start.</summary>
    public static Task Check(IServiceProvider services, CancellationToken stop) =>
        services.GetRequiredService<DatabaseOptions>().Provider == DatabaseProvider.Sqlite
            ? Migrate(services, stop)
            : OnDatabase(
                services,
                async (db, provider) =>
                {
                    var missing = (await db.Database.GetPendingMigrationsAsync(stop)).Count();
                    if (missing > 0)
                        throw new ConfigurationException(
                            $"The {provider} database lacks {missing} migration(s). Run: dotnet run --project src/RideBooking.Host -- migrate"
                        );
                }
            );

    static async Task OnDatabase(IServiceProvider services, Func<AppDbContext, DatabaseProvider, Task> act)
    {
        var provider = services.GetRequiredService<DatabaseOptions>().Provider;
        await using var scope = services.CreateAsyncScope();
        try
        {
            await act(scope.ServiceProvider.GetRequiredService<AppDbContext>(), provider);
        }
        catch (Exception unusable)
            when (unusable.GetBaseException() is SocketException || FindDbException(unusable) is not null)
        {
            // The drivers' messages name the server and the user, never the password.
            throw new ConfigurationException(
                $"The {provider} database that ConnectionStrings:RideBooking names cannot be used: {(FindDbException(unusable) ?? unusable).Message}"
            );
        }
        catch (ArgumentException unreadable)
        {
            throw new ConfigurationException(
                $"ConnectionStrings:RideBooking is not a connection string for {provider}: {unreadable.Message}"
            );
        }
    }

    static DbException? FindDbException(Exception? exception)
    {
        while (exception is not null and not DbException)
            exception = exception.InnerException;
        return exception as DbException;
    }
}
