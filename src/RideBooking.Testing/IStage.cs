namespace RideBooking.Testing;

/// <summary>Where the steps of a scenario are played: a lab's world, or a bus that runs.</summary>
interface IStage
{
    /// <summary>A message is published as a type.</summary>
    Task Deliver(object message, Type type, Guid messageId, CancellationToken cancellationToken);

    /// <summary>A message is published whose sender waits for an answer.</summary>
    Task Request(object message, Type type, Guid messageId, CancellationToken cancellationToken);

    /// <summary>A service answers the last request of a type.</summary>
    Task Answer(Type request, object response, CancellationToken cancellationToken);

    /// <summary>A service fails on the last request of a type.</summary>
    Task Fail(Type request, Exception exception, CancellationToken cancellationToken);

    /// <summary>Time passes.</summary>
    Task Passes(TimeSpan time, CancellationToken cancellationToken);
}
