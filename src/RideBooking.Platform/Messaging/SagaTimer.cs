using System.Linq.Expressions;
using System.Reflection;
using MassTransit;

namespace RideBooking.Platform.Messaging;

/// <summary>A timer of a state machine: a message that is published when it is due.</summary>
/// <remarks>
/// It replaces MassTransit's Schedule, which does not fit for two reasons. A Schedule sends its message to the endpoint that
/// schedules it. That is often the in-process endpoint of an HTTP request, to which no message can be delivered later. And a
/// Schedule ignores a message whose token the instance does not have, so also one that is scheduled again after a loss. Here
/// the message itself says whether it is current, by a number that a condition of the machine compares. The token only serves
/// to cancel it.
/// </remarks>
/// <typeparam name="TInstance">The instance.</typeparam>
/// <typeparam name="T">The message.</typeparam>
public sealed class SagaTimer<TInstance, T> : Schedule<TInstance>
    where TInstance : class, SagaStateMachineInstance
    where T : class
{
    readonly Func<TInstance, Guid?> _getToken;
    readonly Action<TInstance, Guid?> _setToken;

    /// <summary>Creates the timer. The machine declares it with its property's name and its correlation.</summary>
    /// <param name="token">The instance's property that holds the token of the scheduled message.</param>
    public SagaTimer(Expression<Func<TInstance, Guid?>> token)
    {
        var property = (PropertyInfo)((MemberExpression)token.Body).Member;
        _getToken = property.GetMethod!.CreateDelegate<Func<TInstance, Guid?>>();
        _setToken = property.SetMethod!.CreateDelegate<Action<TInstance, Guid?>>();
    }

    /// <summary>The name of the machine's property.</summary>
    public string Name { get; internal set; } = "";

    /// <summary>Raised when the message arrives, also late or more than once.</summary>
    public Event<T> Received { get; internal set; } = null!;

    /// <inheritdoc />
    public Guid? GetTokenId(TInstance instance) => _getToken(instance);

    /// <inheritdoc />
    public void SetTokenId(TInstance instance, Guid? tokenId) => _setToken(instance, tokenId);

    TimeSpan Schedule<TInstance>.GetDelay(BehaviorContext<TInstance> context) =>
        throw new NotSupportedException("A saga's timer has a time and no delay.");
}

/// <summary>The steps of a state machine with timers.</summary>
public static class SagaTimerSteps
{
    /// <summary>Schedules the timer. MassTransit's Unschedule cancels it.</summary>
    /// <param name="binder">The steps before.</param>
    /// <param name="timer">The timer.</param>
    /// <param name="message">Creates the message.</param>
    /// <param name="due">Returns when it is due.</param>
    public static EventActivityBinder<TInstance, TMessage> Schedule<TInstance, TMessage, T>(
        this EventActivityBinder<TInstance, TMessage> binder,
        SagaTimer<TInstance, T> timer,
        Func<TInstance, T> message,
        Func<TInstance, DateTimeOffset> due
    )
        where TInstance : class, SagaStateMachineInstance
        where TMessage : class
        where T : class => binder.Add(new SchedulePublishActivity<TInstance, T>(timer, message, due));

    sealed class SchedulePublishActivity<TInstance, TTimer>(
        Schedule<TInstance> timer,
        Func<TInstance, TTimer> message,
        Func<TInstance, DateTimeOffset> due
    ) : IStateMachineActivity<TInstance>
        where TInstance : class, SagaStateMachineInstance
        where TTimer : class
    {
        public async Task Execute(BehaviorContext<TInstance> context, IBehavior<TInstance> next)
        {
            await SetTimer(context);
            await next.Execute(context);
        }

        public async Task Execute<T>(BehaviorContext<TInstance, T> context, IBehavior<TInstance, T> next)
            where T : class
        {
            await SetTimer(context);
            await next.Execute(context);
        }

        public Task Faulted<TException>(
            BehaviorExceptionContext<TInstance, TException> context,
            IBehavior<TInstance> next
        )
            where TException : Exception => next.Faulted(context);

        public Task Faulted<T, TException>(
            BehaviorExceptionContext<TInstance, T, TException> context,
            IBehavior<TInstance, T> next
        )
            where T : class
            where TException : Exception => next.Faulted(context);

        public void Accept(StateMachineVisitor visitor) => visitor.Visit(this);

        public void Probe(ProbeContext context) => context.CreateScope("schedule");

        async Task SetTimer(BehaviorContext<TInstance> context)
        {
            var scheduled = await context
                .GetPayload<MessageSchedulerContext>()
                .SchedulePublish(due(context.Saga).UtcDateTime, message(context.Saga), context.CancellationToken);
            timer.SetTokenId(context.Saga, scheduled.TokenId);
        }
    }
}
