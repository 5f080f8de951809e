using MassTransit.Configuration;
using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace MassTransit;

/// <summary>Stores sagas in an Entity Framework Core database.</summary>
public static class EntityFrameworkCoreSagaRepositoryRegistrationExtensions
{
    /// <summary>Stores the saga with Entity Framework Core.</summary>
    public static ISagaRegistrationConfigurator<TSaga> EntityFrameworkRepository<TSaga>(
        this ISagaRegistrationConfigurator<TSaga> configurator,
        Action<IEntityFrameworkSagaRepositoryConfigurator<TSaga>> configure
    )
        where TSaga : class, ISaga
    {
        ArgumentNullException.ThrowIfNull(configurator);

        var repository = new EntityFrameworkSagaRepositoryConfigurator<TSaga>();
        configure?.Invoke(repository);
        repository.Validate().ThrowIfContainsFailure("The Entity Framework saga repository configuration is invalid:");

        return configurator.Repository(repository.Register);
    }

    /// <summary>Stores the saga in a context that is composed from the maps of all sagas registered with it.</summary>
    public static ISagaRegistrationConfigurator<TSaga> EntityFrameworkRepository<TSaga>(
        this ISagaRegistrationConfigurator<TSaga> configurator,
        IEntityFrameworkSagaRepository sagaRepository,
        Action<IEntityFrameworkSagaRepositoryConfigurator<TSaga>>? configure = null,
        Action<EntityTypeBuilder<TSaga>>? configureSagaMapping = null
    )
        where TSaga : class, ISaga =>
        configurator.EntityFrameworkRepository(
            sagaRepository,
            configure,
            new DelegateSagaClassMap<TSaga>(configureSagaMapping)
        );

    /// <summary>Stores the saga in a context that is composed from the maps of all sagas registered with it.</summary>
    public static ISagaRegistrationConfigurator<TSaga> EntityFrameworkRepository<TSaga>(
        this ISagaRegistrationConfigurator<TSaga> configurator,
        IEntityFrameworkSagaRepository sagaRepository,
        Action<IEntityFrameworkSagaRepositoryConfigurator<TSaga>>? configure = null,
        ISagaClassMap<TSaga>? sagaClassMap = null
    )
        where TSaga : class, ISaga
    {
        ArgumentNullException.ThrowIfNull(sagaRepository);

        sagaRepository.AddSagaClassMap(sagaClassMap ?? new DelegateSagaClassMap<TSaga>(null));
        return configurator.EntityFrameworkRepository(repository =>
        {
            repository.DatabaseFactory(sagaRepository.GetDbContext);
            configure?.Invoke(repository);
        });
    }

    /// <summary>Stores the job service's sagas with Entity Framework Core.</summary>
    public static IJobSagaRegistrationConfigurator EntityFrameworkRepository(
        this IJobSagaRegistrationConfigurator configurator,
        Action<IEntityFrameworkSagaRepositoryConfigurator>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(configurator);

        return configurator.UseRepositoryRegistrationProvider(
            new EntityFrameworkSagaRepositoryRegistrationProvider(configure)
        );
    }

    /// <summary>Uses Entity Framework Core for every saga that is registered by type without a repository.</summary>
    public static void SetEntityFrameworkSagaRepositoryProvider(
        this IRegistrationConfigurator configurator,
        Action<IEntityFrameworkSagaRepositoryConfigurator> configure
    )
    {
        ArgumentNullException.ThrowIfNull(configurator);

        configurator.SetSagaRepositoryProvider(new EntityFrameworkSagaRepositoryRegistrationProvider(configure));
    }

    /// <summary>Creates a context that is composed from the maps of the sagas registered with it.</summary>
    public static IEntityFrameworkSagaRepository CreateEntityFrameworkSagaRepository(
        this IRegistrationConfigurator registrationConfigurator,
        Action<DbContextOptionsBuilder> configure
    )
    {
        ArgumentNullException.ThrowIfNull(registrationConfigurator);

        return new ComposedSagaRepository(configure);
    }

    /// <summary>Locks rows with SQL Server's statements.</summary>
    public static IEntityFrameworkSagaRepositoryConfigurator<T> UseSqlServer<T>(
        this IEntityFrameworkSagaRepositoryConfigurator<T> configurator
    )
        where T : class, ISaga => Use(configurator, new SqlServerLockStatementProvider());

    /// <summary>Locks rows with SQL Server's statements, in this schema if the model names none.</summary>
    public static IEntityFrameworkSagaRepositoryConfigurator<T> UseSqlServer<T>(
        this IEntityFrameworkSagaRepositoryConfigurator<T> configurator,
        string schemaName
    )
        where T : class, ISaga => Use(configurator, new SqlServerLockStatementProvider(schemaName));

    /// <summary>Locks rows with SQL Server's statements.</summary>
    public static IEntityFrameworkSagaRepositoryConfigurator UseSqlServer(
        this IEntityFrameworkSagaRepositoryConfigurator configurator
    ) => Use(configurator, new SqlServerLockStatementProvider());

    /// <summary>Locks rows with SQL Server's statements, in this schema if the model names none.</summary>
    public static IEntityFrameworkSagaRepositoryConfigurator UseSqlServer(
        this IEntityFrameworkSagaRepositoryConfigurator configurator,
        string schemaName
    ) => Use(configurator, new SqlServerLockStatementProvider(schemaName));

    /// <summary>Locks rows with PostgreSQL's statements.</summary>
    public static IEntityFrameworkSagaRepositoryConfigurator<T> UsePostgres<T>(
        this IEntityFrameworkSagaRepositoryConfigurator<T> configurator
    )
        where T : class, ISaga => Use(configurator, new PostgresLockStatementProvider());

    /// <summary>Locks rows with PostgreSQL's statements, in this schema if the model names none.</summary>
    public static IEntityFrameworkSagaRepositoryConfigurator<T> UsePostgres<T>(
        this IEntityFrameworkSagaRepositoryConfigurator<T> configurator,
        string schemaName
    )
        where T : class, ISaga => Use(configurator, new PostgresLockStatementProvider(schemaName));

    /// <summary>Locks rows with PostgreSQL's statements.</summary>
    public static IEntityFrameworkSagaRepositoryConfigurator UsePostgres(
        this IEntityFrameworkSagaRepositoryConfigurator configurator
    ) => Use(configurator, new PostgresLockStatementProvider());

    /// <summary>Locks rows with PostgreSQL's statements, in this schema if the model names none.</summary>
    public static IEntityFrameworkSagaRepositoryConfigurator UsePostgres(
        this IEntityFrameworkSagaRepositoryConfigurator configurator,
        string schemaName
    ) => Use(configurator, new PostgresLockStatementProvider(schemaName));

    /// <summary>
    /// Uses SQLite, which has no row locks: the transaction is the lock, because it is the database's only writer.
    /// </summary>
    public static IEntityFrameworkSagaRepositoryConfigurator<T> UseSqlite<T>(
        this IEntityFrameworkSagaRepositoryConfigurator<T> configurator
    )
        where T : class, ISaga => Use(configurator, new SqliteLockStatementProvider());

    /// <summary>
    /// Uses SQLite, which has no row locks: the transaction is the lock, because it is the database's only writer.
    /// </summary>
    public static IEntityFrameworkSagaRepositoryConfigurator UseSqlite(
        this IEntityFrameworkSagaRepositoryConfigurator configurator
    ) => Use(configurator, new SqliteLockStatementProvider());

    /// <summary>MySQL is not supported.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public static IEntityFrameworkSagaRepositoryConfigurator<T> UseMySql<T>(
        this IEntityFrameworkSagaRepositoryConfigurator<T> configurator
    )
        where T : class, ISaga => throw MySql.NotSupported();

    /// <summary>MySQL is not supported.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public static IEntityFrameworkSagaRepositoryConfigurator UseMySql(
        this IEntityFrameworkSagaRepositoryConfigurator configurator
    ) => throw MySql.NotSupported();

    static T Use<T>(T configurator, ILockStatementProvider lockStatements)
        where T : IEntityFrameworkSagaRepositoryConfigurator
    {
        configurator.LockStatementProvider = lockStatements;
        return configurator;
    }
}
