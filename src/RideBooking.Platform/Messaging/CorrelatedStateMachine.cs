using System.Linq.Expressions;
using MassTransit;

namespace RideBooking.Platform.Messaging;

/// <summary>A state machine whose events and timers carry the id of their instance.</summary>
/// <typeparam name="TInstance">The instance.</typeparam>
public abstract class CorrelatedStateMachine<TInstance> : MassTransitStateMachine<TInstance>
    where TInstance : class, SagaStateMachineInstance
{
    /// <summary>Correlates the event with its instance.</summary>
    /// <remarks>
    /// An event of an unknown instance may be early. By default it fails, so that it is retried, redelivered, and finally moved to
    /// the error queue.
    /// </remarks>
    /// <param name="property">The machine's event.</param>
    /// <param name="id">Returns the instance's id.</param>
    /// <param name="ifUnknown">What happens to an event of an unknown instance; if null, it fails.</param>
    protected void Correlate<T>(
        Expression<Func<Event<T>>> property,
        Func<T, Guid> id,
        Func<IMissingInstanceConfigurator<TInstance, T>, IPipe<ConsumeContext<T>>>? ifUnknown = null
    )
        where T : class => Event(property, ById(id, ifUnknown));

    /// <summary>Correlates the timer with its instance. One of an unknown instance is discarded.</summary>
    /// <param name="property">The machine's timer.</param>
    /// <param name="id">Returns the instance's id.</param>
    protected void CorrelateTimer<T>(Expression<Func<SagaTimer<TInstance, T>>> property, Func<T, Guid> id)
        where T : class
    {
        property.Compile()().Name = ((MemberExpression)property.Body).Member.Name;
        Event(property, timer => timer.Received, ById(id, unknown => unknown.Discard()));
    }

    static Action<IEventCorrelationConfigurator<TInstance, T>> ById<T>(
        Func<T, Guid> id,
        Func<IMissingInstanceConfigurator<TInstance, T>, IPipe<ConsumeContext<T>>>? ifUnknown
    )
        where T : class =>
        it => it.CorrelateById(from => id(from.Message)).OnMissingInstance(ifUnknown ?? (missing => missing.Fault()));
}
