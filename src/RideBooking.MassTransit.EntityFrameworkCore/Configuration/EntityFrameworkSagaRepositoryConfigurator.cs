using System.Data;
using MassTransit.EntityFrameworkCoreIntegration;
using MassTransit.EntityFrameworkCoreIntegration.Saga;
using MassTransit.Saga;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MassTransit.Configuration;

/// <summary>Collects the settings of one saga's repository and registers it.</summary>
public class EntityFrameworkSagaRepositoryConfigurator<TSaga>
    : IEntityFrameworkSagaRepositoryConfigurator<TSaga>,
        ISpecification
    where TSaga : class, ISaga
{
    Action<ISagaRepositoryRegistrationConfigurator<TSaga>>? _registerContext;
    Func<IQueryable<TSaga>, IQueryable<TSaga>>? _queryCustomization;
    ILockStatementProvider _lockStatements = ProviderLockStatements.Instance;
    ConcurrencyMode _concurrencyMode = ConcurrencyMode.Pessimistic;
    IsolationLevel? _isolationLevel;
    bool _transactionEnabled = true;

    /// <inheritdoc />
    public ConcurrencyMode ConcurrencyMode
    {
        set => _concurrencyMode = value;
    }

    /// <inheritdoc />
    public IsolationLevel IsolationLevel
    {
        set => _isolationLevel = value;
    }

    /// <inheritdoc />
    public ILockStatementProvider LockStatementProvider
    {
        set => _lockStatements = value ?? ProviderLockStatements.Instance;
    }

    /// <inheritdoc />
    public void CustomizeQuery(Func<IQueryable<TSaga>, IQueryable<TSaga>> queryCustomization) =>
        _queryCustomization = queryCustomization;

    /// <inheritdoc />
    public void SetOptimisticConcurrency(bool useTransaction = true) =>
        (_concurrencyMode, _transactionEnabled) = (ConcurrencyMode.Optimistic, useTransaction);

    /// <inheritdoc />
    public void ConfigureTransaction(bool isEnabled) => _transactionEnabled = isEnabled;

    /// <inheritdoc />
    public void AddDbContext<TContext, TImplementation>(
        Action<IServiceProvider, DbContextOptionsBuilder<TImplementation>>? optionsAction = null
    )
        where TContext : DbContext
        where TImplementation : DbContext, TContext
    {
        _registerContext = services =>
        {
            // Several sagas may share a context; a second registration would apply the options twice.
            if (services.All(service => service.ServiceType != typeof(TContext)))
                services.AddDbContext<TContext, TImplementation>(
                    (provider, builder) =>
                        optionsAction?.Invoke(provider, (DbContextOptionsBuilder<TImplementation>)builder)
                );

            services.TryAddScoped<ISagaDbContextFactory<TSaga>, ContainerSagaDbContextFactory<TContext, TSaga>>();
        };
    }

    /// <inheritdoc />
    public void DatabaseFactory(Func<DbContext> databaseFactory) => DatabaseFactory(_ => databaseFactory);

    /// <inheritdoc />
    public void DatabaseFactory(Func<IServiceProvider, Func<DbContext>> databaseFactory) =>
        _registerContext = services =>
            services.TryAddScoped<ISagaDbContextFactory<TSaga>>(provider => new DelegateSagaDbContextFactory<TSaga>(
                databaseFactory(provider)
            ));

    /// <inheritdoc />
    public void ExistingDbContext<TContext>()
        where TContext : DbContext =>
        _registerContext = services =>
            services.TryAddScoped<ISagaDbContextFactory<TSaga>, ContainerSagaDbContextFactory<TContext, TSaga>>();

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate()
    {
        if (_registerContext is null)
            yield return this.Failure(
                "DbContext",
                "must be specified: call ExistingDbContext, AddDbContext or DatabaseFactory"
            );
    }

    /// <summary>Registers the repository in the container.</summary>
    public void Register(ISagaRepositoryRegistrationConfigurator<TSaga> configurator)
    {
        _registerContext?.Invoke(configurator);

        configurator.TryAddSingleton<ISagaRepositoryLockStrategy<TSaga>>(LockStrategy());
        configurator.TryAddSingleton(TimeProvider.System);
        configurator.TryAddSingleton<SagaCache<TSaga>>();
        configurator.RegisterLoadSagaRepository<TSaga, EntityFrameworkSagaRepositoryContextFactory<TSaga>>();
        configurator.RegisterQuerySagaRepository<TSaga, EntityFrameworkSagaRepositoryContextFactory<TSaga>>();
        configurator.RegisterSagaRepository<
            TSaga,
            DbContext,
            SagaConsumeContextFactory<DbContext, TSaga>,
            EntityFrameworkSagaRepositoryContextFactory<TSaga>
        >();
    }

    // MassTransit's default: a version token only requires that reads see committed data.
    IsolationLevel Isolation =>
        _isolationLevel
        ?? (
            _concurrencyMode == ConcurrencyMode.Optimistic ? IsolationLevel.ReadCommitted : IsolationLevel.Serializable
        );

    ISagaRepositoryLockStrategy<TSaga> LockStrategy() =>
        _concurrencyMode == ConcurrencyMode.Optimistic
            ? new OptimisticSagaRepositoryLockStrategy<TSaga>(
                new OptimisticLoadQueryExecutor<TSaga>(_queryCustomization),
                _queryCustomization,
                Isolation,
                _transactionEnabled
            )
            : new PessimisticSagaRepositoryLockStrategy<TSaga>(
                new PessimisticLoadQueryExecutor<TSaga>(_lockStatements, _queryCustomization),
                Isolation,
                _transactionEnabled
            );
}
