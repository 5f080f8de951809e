using System.Data;
using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;

namespace MassTransit;

/// <summary>Configures where and how saga instances are stored.</summary>
public interface IEntityFrameworkSagaRepositoryConfigurator
{
    /// <summary>Pessimistic (the default) or optimistic.</summary>
    ConcurrencyMode ConcurrencyMode { set; }

    /// <summary>
    /// The isolation level of the repository's own transaction: serializable by default, read committed with
    /// <see cref="ConcurrencyMode.Optimistic"/>. Where an outbox is around the saga, the transaction is the outbox's.
    /// </summary>
    IsolationLevel IsolationLevel { set; }

    /// <summary>
    /// Optimistic concurrency, with a transaction around load and save, or (false) with none of the repository's own.
    /// </summary>
    void SetOptimisticConcurrency(bool useTransaction = true);

    /// <summary>Writes the row-locking query; by default chosen by the context's database provider.</summary>
    ILockStatementProvider LockStatementProvider { set; }

    /// <summary>Registers the context in the container (unless it is there already) and stores instances in it.</summary>
    void AddDbContext<TContext, TImplementation>(
        Action<IServiceProvider, DbContextOptionsBuilder<TImplementation>>? optionsAction = null
    )
        where TContext : DbContext
        where TImplementation : DbContext, TContext;

    /// <summary>Makes a context per message with a factory; the repository disposes it.</summary>
    void DatabaseFactory(Func<DbContext> databaseFactory);

    /// <summary>Makes a context per message with a factory from the container; the repository disposes it.</summary>
    void DatabaseFactory(Func<IServiceProvider, Func<DbContext>> databaseFactory);

    /// <summary>Uses the context that the message's scope resolves, under whatever type it is registered.</summary>
    void ExistingDbContext<TContext>()
        where TContext : DbContext;
}

/// <summary>Configures where and how instances of one saga are stored.</summary>
public interface IEntityFrameworkSagaRepositoryConfigurator<TSaga> : IEntityFrameworkSagaRepositoryConfigurator
    where TSaga : class, ISaga
{
    /// <summary>Shapes the query that loads an instance, for example with <c>Include</c>.</summary>
    void CustomizeQuery(Func<IQueryable<TSaga>, IQueryable<TSaga>> queryCustomization);

    /// <summary>Whether the repository opens a transaction of its own where none is open; it does by default.</summary>
    void ConfigureTransaction(bool isEnabled);
}
