using System.Runtime.ExceptionServices;
using MassTransit;
using MassTransit.Context;
using MassTransit.Saga;
using Microsoft.EntityFrameworkCore;

namespace RideBooking.Platform.Messaging.Simulations;

/// <summary>A saga repository that reads instances as they are stored now, and stores nothing.</summary>
/// <param name="machine">The saga's state machine.</param>
internal sealed class SimulatedSagas<TSaga>(SimulatedMachine<TSaga> machine) : ISagaRepositoryContextFactory<TSaga>
    where TSaga : class, SagaStateMachineInstance
{
    public Task Send<T>(ConsumeContext<T> context, IPipe<SagaRepositoryContext<TSaga, T>> next)
        where T : class => next.Send(new Sagas<T>(machine, context, context.GetPayload<SimulationRun>()));

    public Task SendQuery<T>(
        ConsumeContext<T> context,
        ISagaQuery<TSaga> query,
        IPipe<SagaRepositoryQueryContext<TSaga, T>> next
    )
        where T : class =>
        throw new NotSimulatedException(
            $"{typeof(TSaga).Name} finds its instances by a query, which is not simulated."
        );

    public void Probe(ProbeContext context) => context.Add("persistence", "simulation");

    sealed class Sagas<T>(SimulatedMachine<TSaga> machine, ConsumeContext<T> context, SimulationRun run)
        : ConsumeContextScope<T>(context, run),
            SagaRepositoryContext<TSaga, T>
        where T : class
    {
        static readonly SagaConsumeContextFactory<SimulationRun, TSaga> s_contexts = new();

        public async Task<SagaConsumeContext<TSaga, T>> Load(Guid correlationId)
        {
            var saga = await Read(correlationId);
            if (saga is null)
            {
                run.IsMissing = true;
                return null!;
            }
            run.Begin(machine, saga, isNew: false);
            return await CreateSagaConsumeContext(this, saga, SagaConsumeContextMode.Load);
        }

        public Task<SagaConsumeContext<TSaga, T>> Add(TSaga instance)
        {
            run.Begin(machine, instance, isNew: true);
            return CreateSagaConsumeContext(this, instance, SagaConsumeContextMode.Add);
        }

        public async Task<SagaConsumeContext<TSaga, T>> Insert(TSaga instance)
        {
            // Refused, so that the pipe loads the stored instance.
            if (await Read(instance.CorrelationId) is not null)
                return null!;
            run.Begin(machine, instance, isNew: true);
            return await CreateSagaConsumeContext(this, instance, SagaConsumeContextMode.Insert);
        }

        public Task Save(SagaConsumeContext<TSaga> context) => Task.CompletedTask;

        public Task Update(SagaConsumeContext<TSaga> context) => Task.CompletedTask;

        public Task Delete(SagaConsumeContext<TSaga> context) => Task.CompletedTask;

        public Task Discard(SagaConsumeContext<TSaga> context) => Task.CompletedTask;

        public Task Undo(SagaConsumeContext<TSaga> context) => Task.CompletedTask;

        public Task<SagaConsumeContext<TSaga, TMessage>> CreateSagaConsumeContext<TMessage>(
            ConsumeContext<TMessage> consumeContext,
            TSaga instance,
            SagaConsumeContextMode mode
        )
            where TMessage : class => s_contexts.CreateSagaConsumeContext(run, consumeContext, instance, mode);

        async Task<TSaga?> Read(Guid correlationId)
        {
            try
            {
                return await run
                    .Db.Set<TSaga>()
                    .AsNoTracking()
                    .SingleOrDefaultAsync(saga => saga.CorrelationId == correlationId, CancellationToken);
            }
            catch (Exception exception)
            {
                // A failure of the simulation, not of the message.
                run.Interruption = ExceptionDispatchInfo.Capture(exception);
                throw;
            }
        }
    }
}
