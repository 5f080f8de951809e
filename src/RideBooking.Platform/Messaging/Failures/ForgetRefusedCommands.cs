using MassTransit;
using MassTransit.Configuration;
using RideBooking.Contracts;

namespace RideBooking.Platform.Messaging.Failures;

/// <summary>
/// Rolls back a command that the state machine refuses, including its inbox entry, and tells the caller what the machine saw.
/// </summary>
/// <remarks>
/// The same command, under the same id, is then accepted once the state allows it. The filter runs inside the transaction,
/// which it rolls back; the surrounding <see cref="InProcessConflictFilter"/> does not report the refusal as a failure.
/// </remarks>
internal sealed class ForgetRefusedCommands : ISagaConfigurationObserver
{
    /// <summary>Call this after the outbox.</summary>
    public static void Use(IReceiveEndpointConfigurator endpoint) =>
        endpoint.ConnectSagaConfigurationObserver(new ForgetRefusedCommands());

    public void SagaConfigured<TSaga>(ISagaConfigurator<TSaga> configurator)
        where TSaga : class, ISaga { }

    public void StateMachineSagaConfigured<TInstance>(
        ISagaConfigurator<TInstance> configurator,
        SagaStateMachine<TInstance> stateMachine
    )
        where TInstance : class, ISaga, SagaStateMachineInstance { }

    public void SagaMessageConfigured<TSaga, TMessage>(ISagaMessageConfigurator<TSaga, TMessage> configurator)
        where TSaga : class, ISaga
        where TMessage : class
    {
        // An event cannot be refused: it has already happened.
        if (typeof(TMessage).IsDefined(typeof(EventAttribute), inherit: false))
            return;
        configurator.Message(message => message.UseFilter(new Filter<TMessage>()));
        configurator.UseFilter(new RecordSaga<TSaga, TMessage>());
    }

    // The caller explains a refusal by the instance that the machine refused it on: read later, it could have changed.
    sealed class RecordSaga<TSaga, TMessage> : IFilter<SagaConsumeContext<TSaga, TMessage>>
        where TSaga : class, ISaga
        where TMessage : class
    {
        public async Task Send(
            SagaConsumeContext<TSaga, TMessage> context,
            IPipe<SagaConsumeContext<TSaga, TMessage>> next
        )
        {
            await next.Send(context);
            if (context.TryGetPayload<CommandOutcome>(out var outcome))
                outcome.Saga = context.Saga;
        }

        public void Probe(ProbeContext context) => context.CreateFilterScope("recordSaga");
    }

    sealed class Filter<T> : IFilter<ConsumeContext<T>>
        where T : class
    {
        public async Task Send(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
        {
            await next.Send(context);
            if (context.TryGetPayload<CommandOutcome>(out var outcome) && !outcome.Accepted)
                throw new CommandRefusedException();
        }

        public void Probe(ProbeContext context) => context.CreateFilterScope("forgetRefusedCommands");
    }
}

/// <summary>The state machine did not accept a command in its state. Never leaves the endpoint.</summary>
internal sealed class CommandRefusedException()
    : Exception("The state machine does not take this command in its state.");
