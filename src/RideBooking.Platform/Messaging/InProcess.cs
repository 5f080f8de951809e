using MassTransit;

namespace RideBooking.Platform.Messaging;

/// <summary>The state machine's side of <see cref="SagaCommandDispatcher{TSaga}"/>.</summary>
public static class InProcess
{
    /// <summary>Marks the endpoints that exist only inside the process.</summary>
    internal const string EndpointSuffix = "-in-process";

    /// <summary>Accepts the command in this state. Does nothing when the command came over the broker.</summary>
    public static EventActivityBinder<TSaga, TCommand> Accept<TSaga, TCommand>(
        this EventActivityBinder<TSaga, TCommand> binder
    )
        where TSaga : class, SagaStateMachineInstance
        where TCommand : class =>
        binder.Then(context =>
        {
            if (context.TryGetPayload<CommandOutcome>(out var outcome))
                outcome.Accepted = true;
        });
}
