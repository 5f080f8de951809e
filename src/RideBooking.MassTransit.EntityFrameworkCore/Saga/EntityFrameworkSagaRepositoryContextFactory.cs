using MassTransit.Saga;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace MassTransit.EntityFrameworkCoreIntegration.Saga;

/// <summary>
/// Opens the transaction in which a message changes its saga, unless the outbox has already opened one on the same context.
/// </summary>
sealed class EntityFrameworkSagaRepositoryContextFactory<TSaga>(
    ISagaDbContextFactory<TSaga> dbContextFactory,
    ISagaConsumeContextFactory<DbContext, TSaga> consumeContextFactory,
    ISagaRepositoryLockStrategy<TSaga> lockStrategy,
    SagaCache<TSaga> cache
)
    : ISagaRepositoryContextFactory<TSaga>,
        IQuerySagaRepositoryContextFactory<TSaga>,
        ILoadSagaRepositoryContextFactory<TSaga>
    where TSaga : class, ISaga
{
    public Task Send<T>(ConsumeContext<T> context, IPipe<SagaRepositoryContext<TSaga, T>> next)
        where T : class => WithContext(context, next.Send);

    public Task SendQuery<T>(
        ConsumeContext<T> context,
        ISagaQuery<TSaga> query,
        IPipe<SagaRepositoryQueryContext<TSaga, T>> next
    )
        where T : class =>
        WithContext(
            context,
            async repositoryContext =>
            {
                var sagas = await lockStrategy.Load(
                    repositoryContext.DbContext,
                    query,
                    repositoryContext.CancellationToken
                );
                await next.Send(new LoadedSagaRepositoryQueryContext<TSaga, T>(repositoryContext, sagas));
            }
        );

    public Task<T> Execute<T>(
        Func<LoadSagaRepositoryContext<TSaga>, Task<T>> asyncMethod,
        CancellationToken cancellationToken = default
    )
        where T : class => Read(asyncMethod, cancellationToken);

    public Task<T> Execute<T>(
        Func<QuerySagaRepositoryContext<TSaga>, Task<T>> asyncMethod,
        CancellationToken cancellationToken = default
    )
        where T : class => Read(asyncMethod, cancellationToken);

    public void Probe(ProbeContext context)
    {
        context.Add("persistence", "entity-framework");
        context.Add("isolationLevel", lockStrategy.IsolationLevel.ToString());
    }

    async Task WithContext<T>(ConsumeContext<T> context, Func<DbContextSagaRepositoryContext<TSaga, T>, Task> handle)
        where T : class
    {
        var dbContext = dbContextFactory.CreateScoped(context);
        try
        {
            if (UnitOfWork.On(dbContext) is { } unit)
            {
                if (!lockStrategy.IsOptimistic)
                    await unit.BeginOwnTransaction(context.CancellationToken);
                await Handle(unit);
            }
            else if (dbContext.Database.CurrentTransaction is not null)
                await Handle(null);
            else if (lockStrategy.IsTransactionEnabled)
                await dbContext.Database.CreateExecutionStrategy().ExecuteAsync(InOwnTransaction);
            else
                await Handle(null);
        }
        catch (Exception exception) when (DatabaseConflicts.AsConcurrencyConflict(exception) is { } conflict)
        {
            throw conflict;
        }
        finally
        {
            await dbContextFactory.ReleaseAsync(dbContext);
        }

        async Task Handle(UnitOfWork? unit)
        {
            var mayCache = unit is { Transaction: null } && lockStrategy.MayBeCached && cache.AllowsCaching(dbContext);
            using var repositoryContext = new DbContextSagaRepositoryContext<TSaga, T>(
                dbContext,
                context,
                consumeContextFactory,
                lockStrategy,
                mayCache ? cache : null,
                unit
            );
            await handle(repositoryContext);
        }

        async Task InOwnTransaction()
        {
            await using var transaction = await dbContext.Database.BeginTransactionAsync(
                lockStrategy.IsolationLevel,
                context.CancellationToken
            );
            try
            {
                await Handle(null);
                await transaction.CommitAsync(context.CancellationToken);
            }
            catch
            {
                // A retry, by the execution strategy or by the bus within this scope, must not see changes that were rolled
                // back.
                dbContext.ChangeTracker.Clear();
                throw;
            }
        }
    }

    async Task<T> Read<T>(Func<ReadOnlySagaRepositoryContext<TSaga>, Task<T>> read, CancellationToken cancellationToken)
    {
        var dbContext = dbContextFactory.Create();
        try
        {
            return await read(new ReadOnlySagaRepositoryContext<TSaga>(dbContext, cancellationToken));
        }
        finally
        {
            await dbContextFactory.ReleaseAsync(dbContext);
        }
    }
}
