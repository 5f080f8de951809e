using MassTransit;

namespace RideBooking.Testing;

/// <summary>Plays the steps of a scenario: a lab's world, or a running bus.</summary>
interface IStage
{
    /// <summary>Puts an instance into the store as it is.</summary>
    Task Store(ISaga saga, CancellationToken cancellationToken);

    /// <summary>Publishes a message as a type.</summary>
    Task Deliver(object message, Type type, Guid messageId, CancellationToken cancellationToken);

    /// <summary>Publishes a message whose sender waits for a response.</summary>
    Task Request(object message, Type type, Guid messageId, CancellationToken cancellationToken);

    /// <summary>Responds to the last request of a type.</summary>
    Task Respond(Type request, object response, CancellationToken cancellationToken);

    /// <summary>Fails the last request of a type.</summary>
    Task Fail(Type request, Exception exception, CancellationToken cancellationToken);

    /// <summary>Lets time pass.</summary>
    Task Passes(TimeSpan time, CancellationToken cancellationToken);
}
