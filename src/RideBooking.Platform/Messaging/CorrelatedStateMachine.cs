using System.Linq.Expressions;
using MassTransit;

namespace RideBooking.Platform.Messaging;

/// <summary>A state machine with one instance per ride, whose correlation id is the ride's id.</summary>
/// <typeparam name="TInstance">The instance.</typeparam>
public abstract class StateMachineOfRide<TInstance> : MassTransitStateMachine<TInstance>
    where TInstance : class, SagaStateMachineInstance
{
    /// <summary>Correlates the event with the instance of its ride.</summary>
    /// <remarks>
    /// An event of an unknown ride may be early. By default it fails, so that it is retried, redelivered, and finally moved to the
    /// error queue.
    /// </remarks>
    /// <param name="property">The machine's event.</param>
    /// <param name="rideId">Returns the ride's id.</param>
    /// <param name="ifUnknown">What happens to an event of an unknown ride; if null, it fails.</param>
    protected void OfRide<T>(
        Expression<Func<Event<T>>> property,
        Func<T, Guid> rideId,
        Func<IMissingInstanceConfigurator<TInstance, T>, IPipe<ConsumeContext<T>>>? ifUnknown = null
    )
        where T : class => Event(property, Correlate(rideId, ifUnknown));

    /// <summary>Correlates the timer with the instance of its ride. One of an unknown ride is discarded.</summary>
    /// <param name="property">The machine's timer.</param>
    /// <param name="rideId">Returns the ride's id.</param>
    protected void TimerOfRide<T>(Expression<Func<RideTimer<TInstance, T>>> property, Func<T, Guid> rideId)
        where T : class
    {
        property.Compile()().Name = ((MemberExpression)property.Body).Member.Name;
        Event(property, timer => timer.Received, Correlate(rideId, unknown => unknown.Discard()));
    }

    static Action<IEventCorrelationConfigurator<TInstance, T>> Correlate<T>(
        Func<T, Guid> rideId,
        Func<IMissingInstanceConfigurator<TInstance, T>, IPipe<ConsumeContext<T>>>? ifUnknown
    )
        where T : class =>
        it =>
            it.CorrelateById(from => rideId(from.Message)).OnMissingInstance(ifUnknown ?? (missing => missing.Fault()));
}
