using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RideBooking.EventLog;
using RideBooking.Platform.Configuration;

namespace RideBooking.Platform.Persistence;

/// <summary>Chooses the database by configuration and registers <see cref="AppDbContext"/> on it.</summary>
public static class PersistenceRegistration
{
    /// <summary>What <c>ConnectionStrings:RideBooking</c> is when nobody says.</summary>
    public const string DefaultConnectionString = "Data Source=data/ridebooking.db";

    /// <summary>Registers the context, the event log and the choice made. Throws <see cref="ConfigurationException"/>.</summary>
    public static DatabaseOptions AddPersistence(this IServiceCollection services, IConfiguration configuration)
    {
        var options = ReadOptions(configuration);
        services.AddSingleton(options);
        services.AddSingleton(EventCatalogue.Published);
        services.AddSingleton<EventLogSignal>();
        services.AddSingleton<AppendEvents>();
        services.AddHostedService<EventSequencing>();

        switch (options.Provider)
        {
            case DatabaseProvider.Sqlite:
                services.AddSingleton<SqliteWriteGate>();
                services.AddSingleton<SqlitePragmas>();
                AddContext<SqliteAppDbContext>(
                    services,
                    (provider, db) =>
                        db.UseSqlite(options.ConnectionString)
                            .AddInterceptors(
                                provider.GetRequiredService<SqliteWriteGate>(),
                                provider.GetRequiredService<SqlitePragmas>()
                            )
                );
                break;
            case DatabaseProvider.SqlServer:
                AddContext<SqlServerAppDbContext>(services, (_, db) => db.UseSqlServer(options.ConnectionString));
                break;
            case DatabaseProvider.Postgres:
                AddContext<PostgresAppDbContext>(services, (_, db) => db.UseNpgsql(options.ConnectionString));
                break;
            default:
                throw new InvalidOperationException($"No context for {options.Provider}.");
        }
        return options;
    }

    static DatabaseOptions ReadOptions(IConfiguration configuration)
    {
        var provider = configuration.Choice("Database:Provider", DatabaseProvider.Sqlite);
        var connectionString = configuration.GetConnectionString("RideBooking");
        if (provider != DatabaseProvider.Sqlite)
            return new DatabaseOptions(
                provider,
                configuration.Required("ConnectionStrings:RideBooking", $"it says where the {provider} database is.")
            );

        SqliteConnectionStringBuilder file;
        try
        {
            file = new SqliteConnectionStringBuilder(
                string.IsNullOrWhiteSpace(connectionString) ? DefaultConnectionString : connectionString
            );
        }
        catch (ArgumentException notSqlite)
        {
            throw new ConfigurationException(
                $"ConnectionStrings:RideBooking is not a SQLite connection string ({notSqlite.Message}); is Database:Provider meant to be another?"
            );
        }
        if (Path.GetDirectoryName(Path.GetFullPath(file.DataSource)) is { } folder)
            Directory.CreateDirectory(folder);
        return new DatabaseOptions(provider, file.ConnectionString);
    }

    static void AddContext<TContext>(
        IServiceCollection services,
        Action<IServiceProvider, DbContextOptionsBuilder> useDatabase
    )
        where TContext : AppDbContext
    {
        services.AddDbContext<TContext>(
            (provider, db) =>
            {
                useDatabase(provider, db);
                db.UseSnakeCaseNamingConvention()
                    // What fails is thrown to somebody who knows whether it is a fault or two requests that met.
                    .ConfigureWarnings(log =>
                        log.Log(
                            (CoreEventId.SaveChangesFailed, LogLevel.Debug),
                            (CoreEventId.QueryIterationFailed, LogLevel.Debug),
                            (RelationalEventId.CommandError, LogLevel.Debug),
                            (RelationalEventId.TransactionError, LogLevel.Debug)
                        )
                    )
                    .ReplaceService<IModelCacheKeyFactory, ModelPerComposition>()
                    .AddInterceptors(provider.GetRequiredService<AppendEvents>());
            }
        );
        services.AddScoped<AppDbContext>(provider => provider.GetRequiredService<TContext>());
    }
}
