using MassTransit;
using MassTransit.Configuration;
using MassTransit.Context;
using MassTransit.Middleware;
using MassTransit.Saga;

namespace RideBooking.Testing.Engine;

/// <summary>The saga repository of a lab.</summary>
/// <remarks>
/// Like a database, it gives a handler a copy, and stores all changes at once when the message has been handled. A handler
/// that fails half-way leaves nothing behind.
/// </remarks>
sealed class SagaStore<TSaga>(SagaStore<TSaga>.Opening opening, ISagaConsumeContextFactory<Handling, TSaga> contexts)
    : ISagaRepositoryContextFactory<TSaga>,
        IQuerySagaRepositoryContextFactory<TSaga>,
        ILoadSagaRepositoryContextFactory<TSaga>
    where TSaga : class, ISaga
{
    public Task Send<T>(ConsumeContext<T> context, IPipe<SagaRepositoryContext<TSaga, T>> next)
        where T : class => next.Send(new View<T>(opening.Handling, context, contexts));

    public Task SendQuery<T>(
        ConsumeContext<T> context,
        ISagaQuery<TSaga> query,
        IPipe<SagaRepositoryQueryContext<TSaga, T>> next
    )
        where T : class
    {
        var found = opening.Handling.Query(Condition(query));
        return next.Send(
            new LoadedSagaRepositoryQueryContext<TSaga, T>(new View<T>(opening.Handling, context, contexts), found)
        );
    }

    public Task<T> Execute<T>(
        Func<QuerySagaRepositoryContext<TSaga>, Task<T>> asyncMethod,
        CancellationToken cancellationToken
    )
        where T : class => asyncMethod(new Reader(opening.Handling, cancellationToken));

    public Task<T> Execute<T>(
        Func<LoadSagaRepositoryContext<TSaga>, Task<T>> asyncMethod,
        CancellationToken cancellationToken
    )
        where T : class => asyncMethod(new Reader(opening.Handling, cancellationToken));

    public void Probe(ProbeContext context) => context.Add("persistence", "saga lab");

    /// <summary>The handling that opens the store.</summary>
    internal sealed class Opening(AsyncLocal<Handling?> present)
    {
        public Handling Handling =>
            present.Value
            ?? throw new InvalidOperationException("The lab's sagas can be read only while it handles a message.");
    }

    // Every message has its own condition. Compiling it takes longer than applying it once.
    static Func<TSaga, bool> Condition(ISagaQuery<TSaga> query) =>
        query.FilterExpression.Compile(preferInterpretation: true);

    static SagaKey Key(Guid id) => new(typeof(TSaga), id);

    sealed class View<T>(
        Handling handling,
        ConsumeContext<T> context,
        ISagaConsumeContextFactory<Handling, TSaga> contexts
    ) : ConsumeContextScope<T>(context, handling), SagaRepositoryContext<TSaga, T>
        where T : class
    {
        public Task<SagaConsumeContext<TSaga, T>> Add(TSaga instance)
        {
            handling.FoundInstance = true;
            handling.Met.TryAdd(Key(instance.CorrelationId), null);
            return CreateSagaConsumeContext(this, instance, SagaConsumeContextMode.Add);
        }

        public Task<SagaConsumeContext<TSaga, T>> Insert(TSaga instance)
        {
            if (handling.Find<TSaga>(instance.CorrelationId) is not null)
                return Task.FromResult<SagaConsumeContext<TSaga, T>>(null!); // exists: the pipe loads it
            handling.Store(Key(instance.CorrelationId), instance);
            return CreateSagaConsumeContext(this, instance, SagaConsumeContextMode.Insert);
        }

        public Task<SagaConsumeContext<TSaga, T>> Load(Guid correlationId) =>
            handling.Find<TSaga>(correlationId) is { } instance
                ? CreateSagaConsumeContext(this, instance, SagaConsumeContextMode.Load)
                : Task.FromResult<SagaConsumeContext<TSaga, T>>(null!);

        public Task Save(SagaConsumeContext<TSaga> context) => Store(context.Saga, context.Saga);

        public Task Update(SagaConsumeContext<TSaga> context) => Store(context.Saga, context.Saga);

        public Task Delete(SagaConsumeContext<TSaga> context) => Store(context.Saga, null);

        /// <summary>The instance began and ended with this message, so it is never stored.</summary>
        public Task Discard(SagaConsumeContext<TSaga> context) => Store(context.Saga, null);

        public Task Undo(SagaConsumeContext<TSaga> context)
        {
            handling.Undo(Key(context.Saga.CorrelationId));
            return Task.CompletedTask;
        }

        public Task<SagaConsumeContext<TSaga, TMessage>> CreateSagaConsumeContext<TMessage>(
            ConsumeContext<TMessage> consumeContext,
            TSaga instance,
            SagaConsumeContextMode mode
        )
            where TMessage : class => contexts.CreateSagaConsumeContext(handling, consumeContext, instance, mode);

        Task Store(TSaga saga, TSaga? instance)
        {
            handling.Store(Key(saga.CorrelationId), instance);
            return Task.CompletedTask;
        }
    }

    sealed class Reader(Handling handling, CancellationToken cancellationToken)
        : BasePipeContext(cancellationToken),
            QuerySagaRepositoryContext<TSaga>,
            LoadSagaRepositoryContext<TSaga>
    {
        public Task<TSaga> Load(Guid correlationId) => Task.FromResult(handling.Find<TSaga>(correlationId)!);

        public Task<SagaRepositoryQueryContext<TSaga>> Query(
            ISagaQuery<TSaga> query,
            CancellationToken cancellationToken
        ) =>
            Task.FromResult<SagaRepositoryQueryContext<TSaga>>(
                new LoadedSagaRepositoryQueryContext<TSaga>(this, handling.Query(Condition(query)))
            );
    }
}
