using System.Data.Common;
using System.Net.Sockets;
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
                // Migrating also compares the model with the migrations, as a test does: a tenth of the start.
                if ((await db.Database.GetPendingMigrationsAsync(cancellationToken)).Any())
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
            exception => IsUnavailable(exception) ? Reason(exception) : null,
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

    static bool IsUnavailable(Exception exception) =>
        FindDbException(exception) is { } database
            ? DatabaseOutage.Matches(database) && !DatabaseOutage.IsRefusal(database)
            : exception.GetBaseException() is SocketException;

    static string Reason(Exception exception) => (FindDbException(exception) ?? exception).Message;

    static DbException? FindDbException(Exception? exception)
    {
        while (exception is not null and not DbException)
            exception = exception.InnerException;
        return exception as DbException;
    }
}
