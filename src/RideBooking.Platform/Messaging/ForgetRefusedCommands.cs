using MassTransit;
using MassTransit.Configuration;
using RideBooking.Contracts;

namespace RideBooking.Platform.Messaging;

/// <summary>
/// What the machine does not take leaves nothing behind, not even the mark that it was handled: the same command, under the
/// same id, is taken once the state allows it. Inside the transaction, which it undoes; <see cref="InProcessConflictFilter"/> around
/// it knows that nothing has failed.
/// </summary>
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
        // An event is not accepted or refused: it has happened.
        if (!typeof(TMessage).IsDefined(typeof(EventAttribute), inherit: false))
            configurator.Message(message => message.UseFilter(new Filter<TMessage>()));
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

/// <summary>The machine did not take a command in its state. Never leaves the endpoint.</summary>
internal sealed class CommandRefusedException()
    : Exception("The state machine does not take this command in its state.");
