using MassTransit;

namespace RideBooking.Platform.Messaging;

/// <summary>The state machine's side of <see cref="SagaCommandDispatcher{TSaga}"/>.</summary>
public static class InProcess
{
    /// <summary>Returns the name of the endpoint of a saga's commands.</summary>
    internal static string EndpointName<TSaga>(IEndpointNameFormatter names)
        where TSaga : class, ISaga => $"{names.Saga<TSaga>()}-in-process";

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

    /// <summary>Accepts a command whose effect is there already. Does nothing when the command came over the broker.</summary>
    public static EventActivityBinder<TSaga, TCommand> AcceptRepeat<TSaga, TCommand>(
        this EventActivityBinder<TSaga, TCommand> binder
    )
        where TSaga : class, SagaStateMachineInstance
        where TCommand : class =>
        binder.Then(context =>
        {
            if (context.TryGetPayload<CommandOutcome>(out var outcome))
                outcome.Accepted = outcome.IsRepeat = true;
        });

    /// <summary>Refuses the command in this state. Does nothing when the command came over the broker.</summary>
    public static EventActivityBinder<TSaga, TCommand> Refuse<TSaga, TCommand>(
        this EventActivityBinder<TSaga, TCommand> binder,
        Refusal reason
    )
        where TSaga : class, SagaStateMachineInstance
        where TCommand : class => binder.Then(context => context.Refuse(reason));

    /// <summary>Tells the caller why a condition does not hold.</summary>
    /// <returns>False, so that a condition reads "it holds, or refuse".</returns>
    public static bool Refuse<TSaga>(this BehaviorContext<TSaga> context, Refusal reason)
        where TSaga : class, SagaStateMachineInstance
    {
        if (context.TryGetPayload<CommandOutcome>(out var outcome))
            outcome.Refusal = reason;
        return false;
    }
}

/// <summary>Why a state machine refuses a command, beyond the state.</summary>
/// <param name="Code">The problem's code.</param>
/// <param name="Detail">What happened, for a person.</param>
/// <param name="Extensions">Further members of the answer, for programs, by camelCase name.</param>
public sealed record Refusal(string Code, string Detail, params (string Name, object? Value)[] Extensions);
