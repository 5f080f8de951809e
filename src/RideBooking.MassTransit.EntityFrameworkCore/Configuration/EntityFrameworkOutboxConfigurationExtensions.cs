using MassTransit.Configuration;
using MassTransit.DependencyInjection;
using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace MassTransit;

/// <summary>Commits what a consumer or a request sends together with what it changes.</summary>
public static class EntityFrameworkOutboxConfigurationExtensions
{
    /// <summary>
    /// Adds the outbox of this context to the bus: the delivery of its messages and the cleanup of its inbox. Delivery and
    /// cleanup work on the database that the context has in a scope of their own. Where a message's scope has another, as with a
    /// database per tenant, what its consumer sends is delivered within the scope, before the message is acknowledged.
    /// </summary>
    public static void AddEntityFrameworkOutbox<TDbContext>(
        this IBusRegistrationConfigurator configurator,
        Action<IEntityFrameworkOutboxConfigurator>? configure = null
    )
        where TDbContext : DbContext
    {
        ArgumentNullException.ThrowIfNull(configurator);

        new EntityFrameworkOutboxConfigurator<TDbContext>(configurator).Configure(configure);
    }

    /// <summary>
    /// Puts inbox and outbox around every consumer and saga of the endpoint. Retry and redelivery belong before it, so
    /// that every attempt has a scope and a transaction of its own.
    /// </summary>
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
                $"The endpoint {configurator.InputAddress} uses the outbox in {typeof(TDbContext).Name}, which does not exist: call AddEntityFrameworkOutbox<{typeof(TDbContext).Name}> in AddMassTransit."
            );
        if (context is IBusRegistrationContext)
            outboxes.Include(context);

        Connect(configurator, new OutboxConsumePipeSpecificationObserver<TDbContext>(configurator, context), configure);
    }

    /// <summary>
    /// Puts inbox and outbox around every consumer and saga of the endpoint. Retry and redelivery belong before it, so
    /// that every attempt has a scope and a transaction of its own.
    /// </summary>
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

    /// <summary>Says that the outbox is in SQL Server.</summary>
    public static IEntityFrameworkOutboxConfigurator UseSqlServer(
        this IEntityFrameworkOutboxConfigurator configurator
    ) => Use(configurator, new SqlServerLockStatementProvider());

    /// <summary>Says that the outbox is in SQL Server.</summary>
    public static IEntityFrameworkOutboxConfigurator UseSqlServer(
        this IEntityFrameworkOutboxConfigurator configurator,
        bool enableSchemaCaching
    ) => Use(configurator, new SqlServerLockStatementProvider(enableSchemaCaching));

    /// <summary>Says that the outbox is in PostgreSQL.</summary>
    public static IEntityFrameworkOutboxConfigurator UsePostgres(
        this IEntityFrameworkOutboxConfigurator configurator
    ) => Use(configurator, new PostgresLockStatementProvider());

    /// <summary>Says that the outbox is in PostgreSQL.</summary>
    public static IEntityFrameworkOutboxConfigurator UsePostgres(
        this IEntityFrameworkOutboxConfigurator configurator,
        bool enableSchemaCaching
    ) => Use(configurator, new PostgresLockStatementProvider(enableSchemaCaching));

    /// <summary>Says that the outbox is in SQLite.</summary>
    public static IEntityFrameworkOutboxConfigurator UseSqlite(this IEntityFrameworkOutboxConfigurator configurator) =>
        Use(configurator, new SqliteLockStatementProvider());

    /// <summary>Says that the outbox is in SQLite.</summary>
    public static IEntityFrameworkOutboxConfigurator UseSqlite(
        this IEntityFrameworkOutboxConfigurator configurator,
        bool enableSchemaCaching
    ) => Use(configurator, new SqliteLockStatementProvider(enableSchemaCaching));

    /// <summary>MySQL is not supported.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public static IEntityFrameworkOutboxConfigurator UseMySql(this IEntityFrameworkOutboxConfigurator configurator) =>
        throw MySql.NotSupported();

    /// <summary>
    /// Lets the outbox write what several messages change on contexts with these options in one transaction, where the outbox
    /// itself says <see cref="IEntityFrameworkOutboxConfigurator.UseGroupCommit"/>. The type that was given to
    /// <see cref="AddEntityFrameworkOutbox{TDbContext}"/> has it then already; needed where the context is registered as a
    /// derived type.
    /// </summary>
    public static DbContextOptionsBuilder UseGroupCommit(this DbContextOptionsBuilder options)
    {
        ArgumentNullException.ThrowIfNull(options);

        return options
            .AddInterceptors(UnitOfWorkInterceptor.Instance)
            .ReplaceService<IRelationalDatabaseFacadeDependencies, UnitOfWorkDatabaseFacade>();
    }

    /// <summary>Adds inbox, outbox and the sweeper's lease to the model.</summary>
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

    /// <summary>Maps the inbox, where the entity is in the model already.</summary>
    public static void ConfigureInboxStateEntity(this EntityTypeBuilder<InboxState> inbox) => OutboxModel.Inbox(inbox);

    /// <summary>Maps the outbox, where the entity is in the model already.</summary>
    public static void ConfigureOutboxMessageEntity(this EntityTypeBuilder<OutboxMessage> outbox) =>
        OutboxModel.Messages(outbox);

    /// <summary>Maps the lease of the outbox's sweeper, where the entity is in the model already.</summary>
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
