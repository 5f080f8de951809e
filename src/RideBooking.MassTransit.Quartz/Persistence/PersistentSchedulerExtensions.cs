using MassTransit.QuartzIntegration;
using Microsoft.Extensions.DependencyInjection;
using Quartz;
using Quartz.Impl.AdoJobStore;
using Quartz.Impl.AdoJobStore.Common;

namespace MassTransit;

/// <summary>How a persistent scheduler keeps its triggers.</summary>
public sealed class PersistentSchedulerOptions
{
    /// <summary>The name under which the scheduler's rows are stored; nodes of one cluster share it.</summary>
    public string SchedulerName { get; set; } = "MassTransit";

    /// <summary>The start of each table's name, as given to <c>AddQuartzTables</c>.</summary>
    public string TablePrefix { get; set; } = QuartzModelBuilderExtensions.DefaultTablePrefix;

    /// <summary>The tables' schema, as given to <c>AddQuartzTables</c>; the connection's default when null.</summary>
    public string? Schema { get; set; }

    /// <summary>
    /// Whether several processes share the triggers. Each then takes over what another left behind when it died. Not
    /// possible on SQLite.
    /// </summary>
    public bool Clustered { get; set; }

    /// <summary>How many messages are delivered at once, by one process.</summary>
    public int MaxConcurrency { get; set; } = 10;

    /// <summary>
    /// How many deliveries begin per second, in one process. What fell due during an outage drains at this rate; not limited
    /// when null.
    /// </summary>
    public int? MaxPerSecond { get; set; }

    /// <summary>
    /// How long the scheduler rests when it knows of nothing due. What this process schedules wakes it; what another node
    /// schedules is seen after this time at the latest. At least one second.
    /// </summary>
    public TimeSpan IdleWait { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How often a node of a cluster says that it is alive; a dead one is noticed after about three times that.</summary>
    public TimeSpan CheckinInterval { get; set; } = TimeSpan.FromSeconds(5);
}

/// <summary>Keeps the scheduler's triggers in the application's database, so that they survive restarts.</summary>
public static class PersistentSchedulerExtensions
{
    /// <summary>
    /// Stores the scheduler's triggers in the database whose tables <c>AddQuartzTables</c> mapped. They must exist before
    /// the bus starts.
    /// </summary>
    /// <param name="quartz">The scheduler, inside <c>AddQuartz</c>.</param>
    /// <param name="database">Which database the connection string is for.</param>
    /// <param name="connectionString">The application's own connection string.</param>
    /// <param name="configure">Names, cluster and limits.</param>
    /// <exception cref="NotSupportedException">A cluster on SQLite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A limit below one.</exception>
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
            // The system's clock: turning the scheduler's forward, as tests do, must not let more through.
            quartz.AddJobMiddleware(new DeliveryPace(perSecond, TimeProvider.System));
        }

        // SQLite is one process' own: no lock is shared with others there, and each change is made by itself.
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
                // A shutdown that has waited long enough cancels what is still being sent, and hands it back for recovery.
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
                    // A scheduler that was left running must not keep a process from ending.
                    settings.UseBackgroundThreads = true;
                    settings.AcceptEnlistedTransactions = database is not QuartzDatabase.Sqlite;
                    // Its faster firing without a lock asks SQL Server for what not every T-SQL server has.
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
                // An UPDATE locks a row on every server; the lock hints of the default are ignored by some.
                store.UseLockHandler<UpdateRowLockHandler>();
                break;
            default:
                store.UsePostgres(connectionString);
                break;
        }
    }
}
