using System.Data.Common;
using System.Net.Sockets;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RideBooking.Platform.Configuration;

namespace RideBooking.Platform.Persistence;

/// <summary>Checks the schema before the application uses it. Waits for a database that is unavailable.</summary>
internal static class DatabaseStartupCheck
{
    /// <summary>
    /// Creates or upgrades the schema. Throws <see cref="ConfigurationException"/> when the database does not exist.
    /// </summary>
    public static Task Migrate(IServiceProvider services, CancellationToken cancellationToken) =>
        OnDatabase(
            services,
            async (db, _) =>
            {
                if (db.Database.IsSqlite())
                    await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode=WAL;", cancellationToken);
                await db.Database.MigrateAsync(cancellationToken);
            },
            cancellationToken
        );

    /// <summary>Checks the schema. The embedded database is migrated; an outdated server database stops the start.</summary>
    public static Task Check(IServiceProvider services, CancellationToken cancellationToken) =>
        services.GetRequiredService<DatabaseOptions>().Provider == DatabaseProvider.Sqlite
            ? Migrate(services, cancellationToken)
            : OnDatabase(
                services,
                async (db, provider) =>
                {
                    var missing = (await db.Database.GetPendingMigrationsAsync(cancellationToken)).Count();
                    if (missing > 0)
                        throw new ConfigurationException(
                            $"The {provider} database lacks {missing} migration(s). Run: dotnet run --project src/RideBooking.Host -- migrate"
                        );
                    await ConnectionBudget.Check(
                        db,
                        services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ConnectionBudget).FullName!),
                        cancellationToken
                    );
                },
                cancellationToken
            );

    static Task OnDatabase(
        IServiceProvider services,
        Func<AppDbContext, DatabaseProvider, Task> act,
        CancellationToken cancellationToken
    )
    {
        var provider = services.GetRequiredService<DatabaseOptions>().Provider;
        return DependencyWait.For(
            $"the {provider} database that ConnectionStrings:RideBooking names",
            () => Try(services, provider, act),
            failure => IsUnavailable(failure) ? Reason(failure) : null,
            cancellationToken
        );
    }

    static async Task Try(
        IServiceProvider services,
        DatabaseProvider provider,
        Func<AppDbContext, DatabaseProvider, Task> act
    )
    {
        await using var scope = services.CreateAsyncScope();
        try
        {
            await act(scope.ServiceProvider.GetRequiredService<AppDbContext>(), provider);
        }
        catch (Exception exception) when (!IsUnavailable(exception) && FindDbException(exception) is not null)
        {
            // The database drivers' messages name the server and the user, never the password.
            throw new ConfigurationException(
                $"The {provider} database that ConnectionStrings:RideBooking names cannot be used: {Reason(exception)}"
            );
        }
        catch (ArgumentException exception)
        {
            throw new ConfigurationException(
                $"ConnectionStrings:RideBooking is not a connection string for {provider}: {exception.Message}"
            );
        }
    }

    // A server that answers and refuses (no such database, wrong password) is available: waiting does not help. It does not
    // help either if a file cannot be opened or is read-only.
    static bool IsUnavailable(Exception failure) =>
        FindDbException(failure) switch
        {
            SqliteException sqlite => sqlite.SqliteErrorCode is 5 or 6,
            SqlException { Number: 4060 or 18456 } => false,
            { SqlState: "3D000" or "28000" or "28P01" } => false,
            { } database => DatabaseOutage.Matches(database),
            null => failure.GetBaseException() is SocketException,
        };

    static string Reason(Exception failure) => (FindDbException(failure) ?? failure).Message;

    static DbException? FindDbException(Exception? exception)
    {
        while (exception is not null and not DbException)
            exception = exception.InnerException;
        return exception as DbException;
    }
}
