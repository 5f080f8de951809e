using System.Collections.Immutable;

namespace RideBooking.Testing.Engine;

/// <summary>Which saga instance.</summary>
readonly record struct SagaKey(Type Type, Guid Id) : IComparable<SagaKey>
{
    public int CompareTo(SagaKey other) =>
        string.CompareOrdinal(Type.FullName, other.Type.FullName) is var byType and not 0
            ? byType
            : Id.CompareTo(other.Id);
}

/// <summary>A message on its way to one receiver.</summary>
/// <param name="Attempt">How often its handling has failed since it was last redelivered.</param>
/// <param name="Redelivery">How often it has been redelivered.</param>
/// <param name="Tries">How often it has been handled before, whatever came of it.</param>
sealed record Delivery(Receiver To, Envelope Envelope, int Attempt = 0, int Redelivery = 0, int Tries = 0)
{
    /// <summary>What the handler finds as payloads of its context.</summary>
    public IReadOnlyList<object> Payloads { get; init; } = [];
}

/// <summary>What is due at a time: a scheduled message, or a delivery that is tried again.</summary>
/// <param name="Destination">Where a scheduled message goes; null: to whoever takes it.</param>
/// <param name="Again">The delivery that is tried again.</param>
sealed record DueMessage(
    DateTimeOffset Due,
    Guid Token,
    Envelope Envelope,
    Uri? Destination = null,
    Delivery? Again = null
);

/// <summary>
/// Everything there is, at one moment. Never changes: what happens makes another one, so that one past can have many futures.
/// </summary>
/// <param name="Sagas">The stored instances. They are never handed out, only copies of them.</param>
/// <param name="InFlight">What lies in the queues, oldest first.</param>
/// <param name="Due">What waits for its time, in the order in which it was set.</param>
/// <param name="Log">All that happened.</param>
/// <param name="Inbox">The messages that receivers have handled, where the outbox is transactional.</param>
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

    public World With(Observation happening) => this with { Log = Log.Add(happening) };

    /// <summary>What is due next, the oldest first among what is due at the same time.</summary>
    public DueMessage? NextDue => Due.MinBy(message => message.Due);
}
