using System.Collections.Immutable;

namespace RideBooking.Testing.Engine;

/// <summary>Identifies a saga instance.</summary>
readonly record struct SagaKey(Type Type, Guid Id) : IComparable<SagaKey>
{
    public int CompareTo(SagaKey other) =>
        string.CompareOrdinal(Type.FullName, other.Type.FullName) is var byType and not 0
            ? byType
            : Id.CompareTo(other.Id);
}

/// <summary>A message in flight to one receiver.</summary>
/// <param name="Attempt">How often its handling has failed since its last redelivery.</param>
/// <param name="Redelivery">How often it has been redelivered.</param>
/// <param name="Tries">How often it has been handled before, with any result.</param>
sealed record Delivery(Receiver To, Envelope Envelope, int Attempt = 0, int Redelivery = 0, int Tries = 0)
{
    /// <summary>The payloads that the handler finds in its context.</summary>
    public IReadOnlyList<object> Payloads { get; init; } = [];
}

/// <summary>Something due at a time: a scheduled message, or a delivery that is tried again.</summary>
/// <param name="Destination">The destination of a scheduled message; null to publish it.</param>
/// <param name="Again">The delivery that is tried again.</param>
sealed record DueMessage(
    DateTimeOffset Due,
    Guid Token,
    Envelope Envelope,
    Uri? Destination = null,
    Delivery? Again = null
);

/// <summary>The complete state of the lab at one moment.</summary>
/// <remarks>It is immutable: each change creates a new world, so that one past can have many futures.</remarks>
/// <param name="Sagas">The stored instances. Only copies of them are handed out.</param>
/// <param name="InFlight">The messages in the queues, oldest first.</param>
/// <param name="Due">The timers and retries that are not due yet, in the order in which they were set.</param>
/// <param name="Log">Everything that happened.</param>
/// <param name="Inbox">The messages that receivers have handled, if the outbox is transactional.</param>
sealed record World(
    DateTimeOffset Now,
    ImmutableSortedDictionary<SagaKey, object> Sagas,
    ImmutableList<Delivery> InFlight,
    ImmutableList<DueMessage> Due,
    ImmutableList<Observation> Log,
    ImmutableHashSet<(string Receiver, Guid MessageId)> Inbox
)
{
    public static World At(DateTimeOffset now) =>
        new(now, ImmutableSortedDictionary<SagaKey, object>.Empty, [], [], [], []);

    public World With(Observation observation) => this with { Log = Log.Add(observation) };

    /// <summary>The next due item; among items with the same due time, the oldest.</summary>
    public DueMessage? NextDue => Due.MinBy(message => message.Due);
}
