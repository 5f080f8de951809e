using MassTransit;

namespace RideBooking.Platform.Messaging.Simulations;

/// <summary>What an endpoint would do with a message.</summary>
public enum SimulationOutcome
{
    /// <summary>The state machine accepts it: the instance changes, or messages leave.</summary>
    Transition,

    /// <summary>The state machine accepts it, and it has no effect.</summary>
    Ignored,

    /// <summary>The state machine neither handles nor ignores it in its state, so the message fails.</summary>
    Unhandled,

    /// <summary>There is no instance, and the message does not create one.</summary>
    MissingInstance,

    /// <summary>An activity of the state machine throws an exception.</summary>
    FailsAgain,

    /// <summary>The inbox knows that the consumer has handled it, so it is acknowledged without effect.</summary>
    Deduplicated,

    /// <summary>A consumer that is not a state machine would handle it. It may do anything, so it is not simulated.</summary>
    WouldBeConsumed,

    /// <summary>The body cannot be read as the message that the endpoint consumes.</summary>
    Unreadable,

    /// <summary>It is an event in a version that this host does not know, so it is skipped.</summary>
    UnknownVersion,

    /// <summary>The endpoint consumes no message of this type, so it is skipped.</summary>
    Skipped,

    /// <summary>This host has no such endpoint.</summary>
    NoEndpoint,

    /// <summary>The state machine needs a service, which a simulation must not call.</summary>
    NotSimulated,
}

/// <summary>The result of a simulation.</summary>
/// <param name="Outcome">What the endpoint would do with the message.</param>
/// <param name="Reason">The explanation for a person.</param>
public sealed record Simulation(SimulationOutcome Outcome, string Reason)
{
    /// <summary>The consumer, or the saga's instance type; null if the endpoint consumes no such message.</summary>
    public Type? Consumer { get; init; }

    /// <summary>The message as the consumer reads it; null if it cannot be read.</summary>
    public object? Message { get; init; }

    /// <summary>The state machine; null for another consumer.</summary>
    public StateMachine? Machine { get; init; }

    /// <summary>The instance before and after; null without one.</summary>
    public SimulatedSaga? Saga { get; init; }

    /// <summary>The messages that would leave, in order.</summary>
    public IReadOnlyList<SimulatedMessage> Messages { get; init; } = [];

    /// <summary>The timers that would be set or cancelled, in order.</summary>
    public IReadOnlyList<SimulatedTimer> Timers { get; init; } = [];

    /// <summary>Why the message would fail; null if it would not.</summary>
    public Exception? Exception { get; init; }

    /// <summary>Whether no retry can succeed, so that the message goes to the error queue at once.</summary>
    public bool IsPermanent { get; init; }

    /// <summary>Whether the consumer adds inbox entries.</summary>
    public bool HasInbox { get; init; }
}

/// <summary>A saga's instance in a simulation.</summary>
/// <param name="Id">Its id.</param>
/// <param name="IsNew">Whether the message creates it.</param>
/// <param name="From">The state that it is in.</param>
/// <param name="To">The state that it would be in.</param>
/// <param name="Changes">The members whose values would change, by camelCase name.</param>
public sealed record SimulatedSaga(Guid Id, bool IsNew, string From, string To, IReadOnlyList<string> Changes);

/// <summary>A message that would leave.</summary>
/// <param name="Type">Its type.</param>
/// <param name="IsPublished">Whether it is published, and not sent to one address.</param>
/// <param name="Destination">The queue or exchange that it is for.</param>
public sealed record SimulatedMessage(Type Type, bool IsPublished, string Destination);

/// <summary>A timer that would be set or cancelled.</summary>
/// <param name="Type">The name of the message that the timer delivers; null if a cancelled timer is not known.</param>
/// <param name="Due">When it would be due; null if it would be cancelled.</param>
public sealed record SimulatedTimer(string? Type, DateTimeOffset? Due);
