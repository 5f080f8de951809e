using MassTransit;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using RideBooking.EventLog;
using RideBooking.Platform.Configuration;
using RideBooking.Platform.Messaging;
using ConfigurationException = RideBooking.Platform.Configuration.ConfigurationException;

namespace RideBooking.Platform.Persistence;

/// <summary>Chooses the database by configuration and registers <see cref="AppDbContext"/> on it.</summary>
public static class PersistenceRegistration
{
    /// <summary>What <c>ConnectionStrings:RideBooking</c> is when nobody says.</summary>
    public const string DefaultConnectionString = "Data Source=data/ridebooking.db";

    const int MaxPrepared = 300;
    const int DefaultPoolSize = 30;

    static readonly WriteWholeValues s_wholeValues = new();

    /// <summary>Registers the context, the event log and the choice made. Throws <see cref="ConfigurationException"/>.</summary>
    public static DatabaseOptions AddPersistence(this IServiceCollection services, IConfiguration configuration)
    {
        var options = ReadOptions(configuration);
        services.AddSingleton(options);
        services.AddSingleton(EventCatalogue.Published);
        services.AddSingleton<EventLogSignal>();
        services.AddSingleton<AppendEvents>();
        services.AddSingleton(provider => new VisibilityInterceptor(provider.GetService<EventVisibility>()));
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
                            .UseOpenConnection(provider.GetRequiredService<SqliteWriteGate>())
                            .AddInterceptors(provider.GetRequiredService<SqlitePragmas>())
                );
                break;
            case DatabaseProvider.SqlServer:
                AddContext<SqlServerAppDbContext>(services, (_, db) => db.UseSqlServer(options.ConnectionString));
                break;
            case DatabaseProvider.Postgres:
                services.AddSingleton<FreshPlans>();
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
        {
            var server = configuration.Required(
                "ConnectionStrings:RideBooking",
                $"it says where the {provider} database is."
            );
            return new DatabaseOptions(
                provider,
                provider == DatabaseProvider.Postgres ? Postgres(server) : SqlServer(server)
            );
        }

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
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(file.DataSource)) is { } folder)
                Directory.CreateDirectory(folder);
        }
        catch (Exception cannot) when (cannot is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException(
                $"ConnectionStrings:RideBooking names a file in a folder that cannot be made ({cannot.Message})"
            );
        }
        return new DatabaseOptions(provider, file.ConnectionString);
    }

    // A connection string that says otherwise, as one to a pooler that shares sessions must, has its way. (ContainsKey is true
    // of every key there could be.)
    static string Postgres(string connectionString)
    {
        NpgsqlConnectionStringBuilder server;
        try
        {
            server = new NpgsqlConnectionStringBuilder(connectionString);
        }
        catch (Exception notPostgres) when (notPostgres is ArgumentException or FormatException)
        {
            // It is judged where it is used, with its own message.
            return connectionString;
        }
        // The server plans a statement once per connection and not each time it runs.
        if (!server.ShouldSerialize("Max Auto Prepare"))
            server.MaxAutoPrepare = MaxPrepared;
        if (!server.ShouldSerialize("No Reset On Close"))
            server.NoResetOnClose = true;
        // Npgsql's own 100 is all that a PostgreSQL server takes by default: psql and a second host would be refused.
        if (!server.ShouldSerialize("Maximum Pool Size"))
            server.MaxPoolSize = Math.Max(DefaultPoolSize, server.MinPoolSize);
        if (!server.ShouldSerialize("Application Name"))
            server.ApplicationName = ConnectionBudget.ApplicationName;
        return server.ConnectionString;
    }

    static string SqlServer(string connectionString)
    {
        SqlConnectionStringBuilder server;
        try
        {
            server = new SqlConnectionStringBuilder(connectionString);
        }
        catch (Exception notSqlServer) when (notSqlServer is ArgumentException or FormatException)
        {
            return connectionString;
        }
        if (!server.ShouldSerialize("Application Name"))
            server.ApplicationName = ConnectionBudget.ApplicationName;
        return server.ConnectionString;
    }

    static void AddContext<TContext>(
        IServiceCollection services,
        Action<IServiceProvider, DbContextOptionsBuilder> useDatabase
    )
        where TContext : AppDbContext
    {
        services.AddDbContextPool<TContext>(
            (provider, db) =>
            {
                useDatabase(provider, db);
                db.UseSnakeCaseNamingConvention()
                    // Before what hands committed messages over: a wait for them is known before they are handled.
                    .AddInterceptors(
                        provider.GetRequiredService<AppendEvents>(),
                        provider.GetRequiredService<VisibilityInterceptor>(),
                        s_wholeValues
                    )
                    .UseGroupCommit()
                    // What fails is thrown to somebody who knows whether it is a fault or two requests that met.
                    .ConfigureWarnings(log =>
                        log.Log(
                            (CoreEventId.SaveChangesFailed, LogLevel.Debug),
                            (CoreEventId.QueryIterationFailed, LogLevel.Debug),
                            (RelationalEventId.CommandError, LogLevel.Debug),
                            (RelationalEventId.TransactionError, LogLevel.Debug)
                        )
                    )
                    .ReplaceService<IModelCacheKeyFactory, ModuleModelCacheKeyFactory>();
                // Last: it executes what the others have made of a statement.
                if (provider.GetService<FreshPlans>() is { } freshPlans)
                    db.AddInterceptors(freshPlans);
            }
        );
        services.AddScoped<AppDbContext>(provider => provider.GetRequiredService<TContext>());
    }
}
