using MassTransit.Configuration;
using MassTransit.DependencyInjection;
using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace MassTransit;

/// <summary>Commits the messages that a consumer or a request sends together with its changes.</summary>
public static class EntityFrameworkOutboxConfigurationExtensions
{
    /// <summary>
    /// Adds this context's outbox to the bus, with the delivery of its messages and the cleanup of its inbox.
    /// </summary>
    /// <remarks>
    /// Delivery and cleanup run in a scope of their own, on the database that the context has there. If a message's scope
    /// uses another database (a database per tenant, for example), the messages its consumer sends are delivered within that
    /// scope, before the consumed message is acknowledged.
    /// </remarks>
    public static void AddEntityFrameworkOutbox<TDbContext>(
        this IBusRegistrationConfigurator configurator,
        Action<IEntityFrameworkOutboxConfigurator>? configure = null
    )
        where TDbContext : DbContext
    {
        ArgumentNullException.ThrowIfNull(configurator);

        new EntityFrameworkOutboxConfigurator<TDbContext>(configurator).Configure(configure);
    }

    /// <summary>Adds the inbox and the outbox to every consumer and saga of the endpoint.</summary>
    /// <remarks>Configure retry and redelivery before it, so that every attempt has its own scope and transaction.</remarks>
    public static void UseEntityFrameworkOutbox<TDbContext>(
        this IReceiveEndpointConfigurator configurator,
        IRegistrationContext context,
        Action<IOutboxOptionsConfigurator>? configure = null
    )
        where TDbContext : DbContext
    {
        ArgumentNullException.ThrowIfNull(configurator);
        ArgumentNullException.ThrowIfNull(context);
        var outboxes =
            context.GetService<BusOutboxes<TDbContext>>()
            ?? throw new ConfigurationException(
                $"The endpoint {configurator.InputAddress} uses the outbox in {typeof(TDbContext).Name}, which is not registered: call AddEntityFrameworkOutbox<{typeof(TDbContext).Name}> in AddMassTransit."
            );
        if (context is IBusRegistrationContext)
            outboxes.Include(context);

        Connect(configurator, new OutboxConsumePipeSpecificationObserver<TDbContext>(configurator, context), configure);
    }

    /// <summary>Adds the inbox and the outbox to every consumer and saga of the endpoint.</summary>
    /// <remarks>Configure retry and redelivery before it, so that every attempt has its own scope and transaction.</remarks>
    public static void UseEntityFrameworkOutbox<TDbContext>(
        this IReceiveEndpointConfigurator configurator,
        IServiceProvider provider,
        Action<IOutboxOptionsConfigurator>? configure = null
    )
        where TDbContext : DbContext
    {
        ArgumentNullException.ThrowIfNull(configurator);
        ArgumentNullException.ThrowIfNull(provider);

        Connect(
            configurator,
            new OutboxConsumePipeSpecificationObserver<TDbContext>(
                configurator,
                provider,
                LegacySetScopedConsumeContext.Instance
            ),
            configure
        );
    }

    /// <summary>Configures the outbox for SQL Server.</summary>
    public static IEntityFrameworkOutboxConfigurator UseSqlServer(
        this IEntityFrameworkOutboxConfigurator configurator
    ) => Use(configurator, new SqlServerLockStatementProvider());

    /// <summary>Configures the outbox for SQL Server.</summary>
    public static IEntityFrameworkOutboxConfigurator UseSqlServer(
        this IEntityFrameworkOutboxConfigurator configurator,
        bool enableSchemaCaching
    ) => Use(configurator, new SqlServerLockStatementProvider(enableSchemaCaching));

    /// <summary>Configures the outbox for PostgreSQL.</summary>
    public static IEntityFrameworkOutboxConfigurator UsePostgres(
        this IEntityFrameworkOutboxConfigurator configurator
    ) => Use(configurator, new PostgresLockStatementProvider());

    /// <summary>Configures the outbox for PostgreSQL.</summary>
    public static IEntityFrameworkOutboxConfigurator UsePostgres(
        this IEntityFrameworkOutboxConfigurator configurator,
        bool enableSchemaCaching
    ) => Use(configurator, new PostgresLockStatementProvider(enableSchemaCaching));

    /// <summary>Configures the outbox for SQLite.</summary>
    public static IEntityFrameworkOutboxConfigurator UseSqlite(this IEntityFrameworkOutboxConfigurator configurator) =>
        Use(configurator, new SqliteLockStatementProvider());

    /// <summary>Configures the outbox for SQLite.</summary>
    public static IEntityFrameworkOutboxConfigurator UseSqlite(
        this IEntityFrameworkOutboxConfigurator configurator,
        bool enableSchemaCaching
    ) => Use(configurator, new SqliteLockStatementProvider(enableSchemaCaching));

    /// <summary>MySQL is not supported.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public static IEntityFrameworkOutboxConfigurator UseMySql(this IEntityFrameworkOutboxConfigurator configurator) =>
        throw MySql.NotSupported();

    /// <summary>
    /// Allows group commit for contexts with these options, if the outbox itself calls <see
    /// cref="IEntityFrameworkOutboxConfigurator.UseGroupCommit"/>.
    /// </summary>
    /// <remarks>
    /// Needed only if the context is registered as a derived type. The type given to <see
    /// cref="AddEntityFrameworkOutbox{TDbContext}"/> is configured already.
    /// </remarks>
    public static DbContextOptionsBuilder UseGroupCommit(this DbContextOptionsBuilder options)
    {
        ArgumentNullException.ThrowIfNull(options);

        return options
            .AddInterceptors(UnitOfWorkInterceptor.Instance)
            .ReplaceService<IRelationalDatabaseFacadeDependencies, UnitOfWorkDatabaseFacade>();
    }

    /// <summary>Adds the inbox, the outbox and the sweeper's lease to the model.</summary>
    public static void AddTransactionalOutboxEntities(
        this ModelBuilder modelBuilder,
        Action<EntityTypeBuilder>? callback = null
    )
    {
        modelBuilder.AddInboxStateEntity(callback);
        modelBuilder.AddOutboxMessageEntity(callback);
        modelBuilder.AddOutboxStateEntity(callback);
    }

    /// <summary>Adds the inbox to the model.</summary>
    public static void AddInboxStateEntity(
        this ModelBuilder modelBuilder,
        Action<EntityTypeBuilder<InboxState>>? callback = null
    )
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);

        var inbox = modelBuilder.Entity<InboxState>();
        inbox.ConfigureInboxStateEntity();
        callback?.Invoke(inbox);
    }

    /// <summary>Adds the outbox to the model.</summary>
    public static void AddOutboxMessageEntity(
        this ModelBuilder modelBuilder,
        Action<EntityTypeBuilder<OutboxMessage>>? callback = null
    )
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);

        var outbox = modelBuilder.Entity<OutboxMessage>();
        outbox.ConfigureOutboxMessageEntity();
        callback?.Invoke(outbox);
    }

    /// <summary>Adds the table of scheduled messages to the model.</summary>
    public static void AddScheduledOutboxMessageEntity(
        this ModelBuilder modelBuilder,
        Action<EntityTypeBuilder<ScheduledOutboxMessage>>? callback = null
    )
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);

        var scheduled = modelBuilder.Entity<ScheduledOutboxMessage>();
        OutboxModel.Scheduled(scheduled);
        callback?.Invoke(scheduled);
    }

    /// <summary>Adds the lease of the outbox's sweeper to the model.</summary>
    public static void AddOutboxStateEntity(
        this ModelBuilder modelBuilder,
        Action<EntityTypeBuilder<OutboxState>>? callback = null
    )
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);

        var state = modelBuilder.Entity<OutboxState>();
        state.ConfigureOutboxStateEntity();
        callback?.Invoke(state);
    }

    /// <summary>Maps the inbox if its entity is already in the model.</summary>
    public static void ConfigureInboxStateEntity(this EntityTypeBuilder<InboxState> inbox) => OutboxModel.Inbox(inbox);

    /// <summary>Maps the outbox if its entity is already in the model.</summary>
    public static void ConfigureOutboxMessageEntity(this EntityTypeBuilder<OutboxMessage> outbox) =>
        OutboxModel.Messages(outbox);

    /// <summary>Maps the lease of the outbox's sweeper if its entity is already in the model.</summary>
    public static void ConfigureOutboxStateEntity(this EntityTypeBuilder<OutboxState> outbox) =>
        OutboxModel.State(outbox);

    static void Connect<TDbContext>(
        IReceiveEndpointConfigurator configurator,
        OutboxConsumePipeSpecificationObserver<TDbContext> observer,
        Action<IOutboxOptionsConfigurator>? configure
    )
        where TDbContext : DbContext
    {
        configure?.Invoke(observer);
        configurator.ConnectConsumerConfigurationObserver(observer);
        configurator.ConnectSagaConfigurationObserver(observer);
    }

    static IEntityFrameworkOutboxConfigurator Use(
        IEntityFrameworkOutboxConfigurator configurator,
        ILockStatementProvider lockStatements
    )
    {
        ArgumentNullException.ThrowIfNull(configurator);

        configurator.LockStatementProvider = lockStatements;
        return configurator;
    }
}
