namespace RideBooking.Testing.Engine;

/// <content>The effects of a process crash during a delivery, and of the broker's redelivery.</content>
sealed partial class LabEngine
{
    /// <summary>The points at which the process can crash during a delivery, in words.</summary>
    public IReadOnlyList<string> CrashPoints(Handled handled)
    {
        if (handled.Fault is not null)
            return [];
        string After(int count) => $"after {count} of {handled.Messages} messages left";
        return Outbox switch
        {
            OutboxKind.None =>
            [
                .. Enumerable.Range(0, handled.Messages + 1).Select(count => $"before commit, {After(count)}"),
                "after commit, before ack",
            ],
            OutboxKind.InMemory =>
            [
                "before commit",
                .. Enumerable.Range(0, handled.Messages + 1).Select(count => $"after commit, {After(count)}"),
            ],
            _ => ["before commit", "after commit, before ack"],
        };
    }

    /// <summary>Returns the world after the process crashed at a point. The broker delivers the message again.</summary>
    public World Crash(Handled handled, int point)
    {
        var points = CrashPoints(handled);
        var world = handled.Before with { Now = handled.Handling.Now };
        world = world.With(Trace.Delivered(handled));
        var (commits, released) = Outbox switch
        {
            OutboxKind.None => (point == points.Count - 1, Math.Min(point, handled.Messages)),
            OutboxKind.InMemory => (point > 0, Math.Max(0, point - 1)),
            _ => (point == 1, point == 1 ? handled.Messages : 0),
        };
        world = Release(world, handled, released);
        if (commits)
            world = Commit(world, handled);
        return world.With(Trace.About(handled, ObservationKind.Crashed, () => points[point])) with
        {
            InFlight = world.InFlight.Add(handled.Delivery with { Tries = handled.Delivery.Tries + 1 }),
        };
    }

    /// <summary>The same delivery again, as a duplicate that an inbox does not notice.</summary>
    public Delivery DuplicateOf(Delivery delivery, DateTimeOffset now)
    {
        var again = delivery with { Tries = delivery.Tries + 1 };
        if (Outbox != OutboxKind.Transactional)
            return again;
        var head = new Serializer.Head(
            Ids.Of(delivery.Envelope.MessageId, delivery.Tries, -1),
            delivery.Envelope.RequestId,
            delivery.Envelope.ResponseAddress,
            delivery.Envelope.FaultAddress,
            delivery.Envelope.CorrelationId,
            delivery.Envelope.ConversationId,
            delivery.Envelope.Headers
        );
        return again with { Envelope = Serializer.Pack(delivery.Envelope.Message, delivery.Envelope.Type, head, now) };
    }
}
