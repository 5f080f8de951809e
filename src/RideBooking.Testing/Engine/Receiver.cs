using MassTransit.Transports;

namespace RideBooking.Testing.Engine;

/// <summary>A queue and what consumes from it.</summary>
/// <param name="Name">The queue's name.</param>
/// <param name="Takes">The message types it is bound to.</param>
/// <param name="Machine">The state machine behind it, if it is one.</param>
sealed record Receiver(string Name, IReadOnlySet<Type> Takes, IReceiveEndpointDispatcher Dispatcher, Machine? Machine)
{
    public bool TakesA(Type message) => Takes.Any(type => type.IsAssignableFrom(message));

    public bool Equals(Receiver? other) => other is not null && Name == other.Name;

    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);
}
