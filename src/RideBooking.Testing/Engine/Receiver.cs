using MassTransit.Transports;

namespace RideBooking.Testing.Engine;

/// <summary>A queue and its consumer or saga.</summary>
/// <param name="Name">The queue's name.</param>
/// <param name="ConsumedTypes">The message types to which it is bound.</param>
/// <param name="Machine">Its state machine, if it has one.</param>
sealed record Receiver(
    string Name,
    IReadOnlySet<Type> ConsumedTypes,
    IReceiveEndpointDispatcher Dispatcher,
    Machine? Machine
)
{
    public bool Consumes(Type message) => ConsumedTypes.Any(type => type.IsAssignableFrom(message));

    public bool Equals(Receiver? other) => other is not null && Name == other.Name;

    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);
}
