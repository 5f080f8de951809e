using System.Data;
using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;

namespace MassTransit;

/// <summary>Configures where and how saga instances are stored.</summary>
public interface IEntityFrameworkSagaRepositoryConfigurator
{
    /// <summary>How concurrent changes of an instance are handled: pessimistic (the default) or optimistic.</summary>
    ConcurrencyMode ConcurrencyMode { set; }

    /// <summary>
    /// The isolation level of the repository's own transaction: serializable by default, read committed with <see
    /// cref="ConcurrencyMode.Optimistic"/>. Inside an outbox, the outbox's transaction is used instead.
    /// </summary>
    IsolationLevel IsolationLevel { set; }

    /// <summary>Uses optimistic concurrency, with a transaction around load and save or (false) without one.</summary>
    void SetOptimisticConcurrency(bool useTransaction = true);

    /// <summary>Creates the row-locking query; by default the context's database provider determines it.</summary>
    ILockStatementProvider LockStatementProvider { set; }

    /// <summary>
    /// Registers the context in the container, unless it is registered already, and stores instances in it.
    /// </summary>
    void AddDbContext<TContext, TImplementation>(
        Action<IServiceProvider, DbContextOptionsBuilder<TImplementation>>? optionsAction = null
    )
        where TContext : DbContext
        where TImplementation : DbContext, TContext;

    /// <summary>Creates a context per message with a factory; the repository disposes it.</summary>
    void DatabaseFactory(Func<DbContext> databaseFactory);

    /// <summary>Creates a context per message with a factory from the container; the repository disposes it.</summary>
    void DatabaseFactory(Func<IServiceProvider, Func<DbContext>> databaseFactory);

    /// <summary>Uses the context that the message's scope resolves, under any type it is registered as.</summary>
    void ExistingDbContext<TContext>()
        where TContext : DbContext;
}

/// <summary>Configures where and how instances of one saga are stored.</summary>
public interface IEntityFrameworkSagaRepositoryConfigurator<TSaga> : IEntityFrameworkSagaRepositoryConfigurator
    where TSaga : class, ISaga
{
    /// <summary>Customizes the query that loads an instance, for example with <c>Include</c>.</summary>
    void CustomizeQuery(Func<IQueryable<TSaga>, IQueryable<TSaga>> queryCustomization);

    /// <summary>Sets whether the repository opens its own transaction if none is open; by default it does.</summary>
    void ConfigureTransaction(bool isEnabled);
}
