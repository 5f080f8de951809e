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
using RideBooking.EventLog.PersonalData;
using RideBooking.Platform.Configuration;
using ConfigurationException = RideBooking.Platform.Configuration.ConfigurationException;

namespace RideBooking.Platform.Persistence;

/// <summary>Selects the database by configuration and registers <see cref="AppDbContext"/> for it.</summary>
public static class PersistenceRegistration
{
    /// <summary>The default of <c>ConnectionStrings:RideBooking</c>.</summary>
    public const string DefaultConnectionString = "Data Source=data/ridebooking.db";

    /// <summary>The assembly that holds the migrations of every database.</summary>
    public const string MigrationsAssembly = "RideBooking.Migrations";

    const int MaxPrepared = 300;
    const int DefaultPoolSize = 30;

    static readonly OptionalValueInterceptor s_optionalValues = new();

    /// <summary>
    /// Registers the context and the event log, and returns the selected database. Throws <see
    /// cref="ConfigurationException"/>.
    /// </summary>
    public static DatabaseOptions AddPersistence(this IServiceCollection services, IConfiguration configuration)
    {
        var options = ReadOptions(configuration);
        services.AddSingleton(options);
        services.AddSingleton(EventCatalogue.Published);
        services.AddSingleton<EventLogSignal>();
        services.AddSingleton<SubjectKeys>();
        services.AddSingleton<AppendEvents>();
        services.AddHostedService<EventSequencing>();
        services.AddHostedService<ChainEvents>();

        switch (options.Provider)
        {
            case DatabaseProvider.Sqlite:
                services.AddSingleton<SqliteWriteGate>();
                services.AddSingleton<SqlitePragmas>();
                AddContext<SqliteAppDbContext>(
                    services,
                    (provider, db) =>
                        db.UseSqlite(options.ConnectionString, sqlite => sqlite.MigrationsAssembly(MigrationsAssembly))
                            .UseOpenConnection(provider.GetRequiredService<SqliteWriteGate>())
                            .AddInterceptors(provider.GetRequiredService<SqlitePragmas>())
                );
                break;
            case DatabaseProvider.SqlServer:
                AddContext<SqlServerAppDbContext>(
                    services,
                    (_, db) =>
                        db.UseSqlServer(
                            options.ConnectionString,
                            server => server.MigrationsAssembly(MigrationsAssembly)
                        )
                );
                break;
            case DatabaseProvider.Postgres:
                services.AddSingleton<StalePlanInterceptor>();
                AddContext<PostgresAppDbContext>(
                    services,
                    (_, db) =>
                        db.UseNpgsql(options.ConnectionString, server => server.MigrationsAssembly(MigrationsAssembly))
                );
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
                $"it must say where the {provider} database is."
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
        catch (ArgumentException exception)
        {
            throw new ConfigurationException(
                $"ConnectionStrings:RideBooking is not a SQLite connection string ({exception.Message}); is Database:Provider meant to be another?"
            );
        }
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(file.DataSource)) is { } folder)
                Directory.CreateDirectory(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException(
                $"ConnectionStrings:RideBooking names a file in a folder that cannot be created ({exception.Message})"
            );
        }
        return new DatabaseOptions(provider, file.ConnectionString);
    }

    // The connection string takes precedence, for example for a pooler that shares sessions. (ContainsKey is true for every
    // known key.)
    static string Postgres(string connectionString)
    {
        NpgsqlConnectionStringBuilder server;
        try
        {
            server = new NpgsqlConnectionStringBuilder(connectionString);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            // The error is reported where the string is used, with its own message.
            return connectionString;
        }
        // The server plans a statement once per connection and not on each execution.
        if (!server.ShouldSerialize("Max Auto Prepare"))
            server.MaxAutoPrepare = MaxPrepared;
        if (!server.ShouldSerialize("No Reset On Close"))
            server.NoResetOnClose = true;
        // Npgsql's default of 100 is all that a PostgreSQL server accepts by default: psql and a second host would be
        // refused.
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
        catch (Exception exception) when (exception is ArgumentException or FormatException)
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
                    // Before the dispatch of committed messages: a wait for them must be registered before they are handled.
                    .AddInterceptors([
                        provider.GetRequiredService<AppendEvents>(),
                        .. provider.GetServices<IInterceptor>(),
                        s_optionalValues,
                    ])
                    .UseGroupCommit()
                    // Failures are thrown to callers that know whether they are a fault or a conflict of two requests.
                    .ConfigureWarnings(log =>
                        log.Log(
                            (CoreEventId.SaveChangesFailed, LogLevel.Debug),
                            (CoreEventId.QueryIterationFailed, LogLevel.Debug),
                            // A module may have no tables.
                            (CoreEventId.NoEntityTypeConfigurationsWarning, LogLevel.Debug),
                            (RelationalEventId.CommandError, LogLevel.Debug),
                            (RelationalEventId.TransactionError, LogLevel.Debug)
                        )
                    )
                    .ReplaceService<IModelCacheKeyFactory, ModuleModelCacheKeyFactory>();
                // Last: it executes the statement as the other interceptors have changed it.
                if (provider.GetService<StalePlanInterceptor>() is { } stalePlans)
                    db.AddInterceptors(stalePlans);
            }
        );
        services.AddScoped<AppDbContext>(provider => provider.GetRequiredService<TContext>());
    }
}
