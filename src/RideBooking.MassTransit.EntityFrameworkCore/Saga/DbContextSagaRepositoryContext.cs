using MassTransit.Context;
using MassTransit.Logging;
using MassTransit.Saga;
using Microsoft.EntityFrameworkCore;

namespace MassTransit.EntityFrameworkCoreIntegration.Saga;

/// <summary>Loads and stores the sagas of one message; the context is a payload, so that activities can use it.</summary>
sealed class DbContextSagaRepositoryContext<TSaga, TMessage>(
    DbContext dbContext,
    ConsumeContext<TMessage> consumeContext,
    ISagaConsumeContextFactory<DbContext, TSaga> factory,
    ISagaRepositoryLockStrategy<TSaga> lockStrategy,
    SagaCache<TSaga>? cache,
    UnitOfWork? unit
) : ConsumeContextScope<TMessage>(consumeContext, dbContext), SagaRepositoryContext<TSaga, TMessage>, IDisposable
    where TSaga : class, ISaga
    where TMessage : class
{
    // Activities may run in parallel on one instance, but the context allows one operation at a time.
    readonly SemaphoreSlim _semaphore = new(1);

    public DbContext DbContext => dbContext;

    public void Dispose() => _semaphore.Dispose();

    public Task<SagaConsumeContext<TSaga, TMessage>> Add(TSaga instance) =>
        CreateSagaConsumeContext(this, instance, SagaConsumeContextMode.Add);

    public async Task<SagaConsumeContext<TSaga, TMessage>> Insert(TSaga instance)
    {
        var entry = dbContext.Add(instance);
        try
        {
            await dbContext.SaveChangesAsync(CancellationToken);
            this.LogInsert<TSaga, TMessage>(instance.CorrelationId);
        }
        catch (DbUpdateException exception) when (DatabaseConflicts.IsDuplicateKey(exception))
        {
            // Another transaction was first (EF Core has rolled back to its savepoint): the pipe then loads that instance.
            entry.State = EntityState.Detached;
            this.LogInsertFault<TSaga, TMessage>(exception, instance.CorrelationId);
            return null!;
        }

        return await CreateSagaConsumeContext(this, instance, SagaConsumeContextMode.Insert);
    }

    public async Task<SagaConsumeContext<TSaga, TMessage>> Load(Guid correlationId)
    {
        if (cache is not null && unit is not null)
            unit.Turn ??= await cache.Turns.Wait(correlationId, CancellationToken);
        var instance =
            TakeCached(correlationId) ?? await lockStrategy.Load(dbContext, correlationId, CancellationToken);

        return instance is null ? null! : await CreateSagaConsumeContext(this, instance, SagaConsumeContextMode.Load);
    }

    public Task Save(SagaConsumeContext<TSaga> context)
    {
        KeepWhenCommitted(context.Saga);
        return Change(() => dbContext.Add(context.Saga));
    }

    public Task Update(SagaConsumeContext<TSaga> context)
    {
        KeepWhenCommitted(context.Saga);
        return Change(() => SagaVersion.Advance(dbContext.Entry(context.Saga)));
    }

    public Task Delete(SagaConsumeContext<TSaga> context)
    {
        if (cache is not null)
            unit?.WhenCommitted(() => cache.Forget(context.Saga.CorrelationId));
        return Change(() => dbContext.Remove(context.Saga));
    }

    /// <summary>Does nothing: the instance began and ended with this message, so it was never stored.</summary>
    public Task Discard(SagaConsumeContext<TSaga> context) => Task.CompletedTask;

    public Task Undo(SagaConsumeContext<TSaga> context)
    {
        var entry = dbContext.Entry(context.Saga);
        entry.CurrentValues.SetValues(entry.OriginalValues);
        entry.State = EntityState.Unchanged;
        return Task.CompletedTask;
    }

    public Task<SagaConsumeContext<TSaga, T>> CreateSagaConsumeContext<T>(
        ConsumeContext<T> consumeContext,
        TSaga instance,
        SagaConsumeContextMode mode
    )
        where T : class => factory.CreateSagaConsumeContext(dbContext, consumeContext, instance, mode);

    TSaga? TakeCached(Guid correlationId)
    {
        if (cache is null || unit is not { MayUseCache: true } || cache.Take(correlationId) is not { } saga)
            return null;
        unit.CachedSaga = dbContext.Attach(saga);
        unit.WhenStale = cache.Pause;
        return saga;
    }

    void KeepWhenCommitted(TSaga saga)
    {
        if (cache is not null)
            unit?.WhenCommitted(() => cache.Keep(saga, dbContext));
    }

    async Task Change(Action change)
    {
        await _semaphore.WaitAsync(CancellationToken);
        try
        {
            change();
            // A unit of work saves the saga together with everything else, in one batch, after the message is handled.
            if (unit is null)
                await dbContext.SaveChangesAsync(CancellationToken);
        }
        finally
        {
            _semaphore.Release();
        }
    }
}
