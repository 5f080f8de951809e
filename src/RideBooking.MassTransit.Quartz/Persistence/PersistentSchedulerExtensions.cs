using MassTransit.QuartzIntegration;
using Microsoft.Extensions.DependencyInjection;
using Quartz;
using Quartz.Impl.AdoJobStore;
using Quartz.Impl.AdoJobStore.Common;

namespace MassTransit;

/// <summary>Options of a persistent scheduler.</summary>
public sealed class PersistentSchedulerOptions
{
    /// <summary>The name under which the scheduler's rows are stored; nodes of one cluster share it.</summary>
    public string SchedulerName { get; set; } = "MassTransit";

    /// <summary>The prefix of each table's name, as given to <c>AddQuartzTables</c>.</summary>
    public string TablePrefix { get; set; } = QuartzModelBuilderExtensions.DefaultTablePrefix;

    /// <summary>The tables' schema, as given to <c>AddQuartzTables</c>; the connection's default when null.</summary>
    public string? Schema { get; set; }

    /// <summary>Whether several processes share the triggers; not supported on SQLite.</summary>
    /// <remarks>When a process dies, the others take over its triggers.</remarks>
    public bool Clustered { get; set; }

    /// <summary>The maximum number of messages that one process delivers at once.</summary>
    public int MaxConcurrency { get; set; } = 10;

    /// <summary>The maximum number of deliveries that one process starts per second; not limited when null.</summary>
    /// <remarks>Messages that fell due during an outage drain at this rate.</remarks>
    public int? MaxPerSecond { get; set; }

    /// <summary>How long the scheduler sleeps when no trigger is due; at least one second.</summary>
    /// <remarks>
    /// Messages that this process schedules wake it. It notices messages that another node schedules after this time at the
    /// latest.
    /// </remarks>
    public TimeSpan IdleWait { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The interval at which a cluster node checks in. A dead node is noticed after about three times that.</summary>
    public TimeSpan CheckinInterval { get; set; } = TimeSpan.FromSeconds(5);
}

/// <summary>Stores the scheduler's triggers in the application's database, so that they survive restarts.</summary>
public static class PersistentSchedulerExtensions
{
    /// <summary>Stores the scheduler's triggers in the database whose tables <c>AddQuartzTables</c> mapped.</summary>
    /// <remarks>The tables must exist before the bus starts.</remarks>
    /// <param name="quartz">The scheduler, inside <c>AddQuartz</c>.</param>
    /// <param name="database">The kind of database that the connection string is for.</param>
    /// <param name="connectionString">The application's own connection string.</param>
    /// <param name="configure">Configures names, cluster and limits.</param>
    /// <exception cref="NotSupportedException">A cluster is configured on SQLite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A limit is below one.</exception>
    public static IQuartzBuilder UsePersistentScheduler(
        this IQuartzBuilder quartz,
        QuartzDatabase database,
        string connectionString,
        Action<PersistentSchedulerOptions>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(quartz);
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);

        var options = new PersistentSchedulerOptions();
        configure?.Invoke(options);
        if (options.Clustered && database is QuartzDatabase.Sqlite)
            throw new NotSupportedException("A SQLite database has one scheduler; a cluster needs a database server.");

        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxConcurrency, 1);
        if (options.MaxPerSecond is { } perSecond)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(perSecond, 1);
            // Uses the system's clock: advancing the scheduler's clock, as tests do, must not raise the limit.
            quartz.AddJobMiddleware(new DeliveryRateLimiter(perSecond, TimeProvider.System));
        }

        // SQLite belongs to a single process: no lock is shared with others, and each change is made separately.
        var groups = database switch
        {
            QuartzDatabase.Sqlite => ScheduleGroups.None,
            QuartzDatabase.SqlServer => new(new DbProvider(DataSourceOptions.Providers.SqlServer, connectionString)),
            _ => new(new DbProvider(DataSourceOptions.Providers.Npgsql, connectionString)),
        };
        quartz.Services.AddSingleton(groups);

        return quartz
            .ConfigureScheduler(scheduler =>
            {
                scheduler.InstanceName = options.SchedulerName;
                scheduler.GenerateInstanceId = options.Clustered;
                scheduler.IdleWaitTime = options.IdleWait;
                // A shutdown that has waited long enough cancels the running sends and leaves them for recovery.
                scheduler.ShutdownJobInterruption = ShutdownJobInterruption.WhenNotWaitingForJobs;
            })
            .UseDefaultThreadPool(options.MaxConcurrency)
            .UsePersistentStore(store =>
            {
                UseDatabase(store, database, connectionString);
                store.UseSystemTextJsonSerializer();
                store.ConfigureStore(settings =>
                {
                    settings.TablePrefix = options.Schema is null
                        ? options.TablePrefix
                        : $"{options.Schema}.{options.TablePrefix}";
                    settings.StoreJobDataAsStrings = true;
                    // A scheduler that is still running must not prevent the process from exiting.
                    settings.UseBackgroundThreads = true;
                    settings.AcceptEnlistedTransactions = database is not QuartzDatabase.Sqlite;
                    // Lock-free firing needs features of SQL Server that not every T-SQL server has.
                    settings.LockFreeFiringRounds = database is QuartzDatabase.Postgres;
                });
                if (options.Clustered)
                    store.UseClustering(cluster =>
                    {
                        cluster.CheckinInterval = options.CheckinInterval;
                        cluster.CheckinMisfireThreshold = 2 * options.CheckinInterval;
                    });
            });
    }

    static void UseDatabase(IPersistentStoreBuilder store, QuartzDatabase database, string connectionString)
    {
        switch (database)
        {
            case QuartzDatabase.Sqlite:
                store.UseSqlite(connectionString);
                store.UseConnectionProvider(_ => new SqliteConnectionProvider(connectionString));
                break;
            case QuartzDatabase.SqlServer:
                store.UseSqlServer(connectionString);
                // An UPDATE locks a row on every server; some servers ignore the default statement's lock hints.
                store.UseLockHandler<UpdateRowLockHandler>();
                break;
            default:
                store.UsePostgres(connectionString);
                break;
        }
    }
}
