using RideBooking.Testing.Engine;

namespace RideBooking.Testing.Exploration;

/// <summary>Remembers the effects of handlers.</summary>
/// <remarks>
/// A handler depends on its message, the time and the instances that it requests. If all of them are the same, it is not run
/// again.
/// </remarks>
sealed class KnownHandlings(LabEngine engine)
{
    readonly Dictionary<(UInt128 Delivery, Guid Message, long Now), List<Seen>> _known = [];

    public int Count { get; private set; }

    public async Task<Handled> Handle(
        World world,
        Delivery delivery,
        UInt128 what,
        Fingerprint fingerprint,
        CancellationToken cancellationToken
    )
    {
        var key = (what, delivery.Envelope.MessageId, world.Now.UtcTicks);
        if (!_known.TryGetValue(key, out var seen))
            _known.Add(key, seen = []);
        foreach (var one in seen)
            if (one.Results.TryGetValue(one.Of(world, fingerprint), out var known))
                return known with { Before = world };
        // The inbox belongs to the world, not to the handler. Only the handler's effects are remembered.
        var handled = await engine.Handle(world with { Inbox = [] }, delivery, cancellationToken, isReplayable: true);
        Count++;
        SagaKey[]? reads = handled.Handling.ReadsAll ? null : [.. handled.Handling.Reads];
        var like = seen.Find(one =>
            one.Reads is null ? reads is null : reads is not null && one.Reads.SequenceEqual(reads)
        );
        if (like is null)
            seen.Add(like = new Seen(reads));
        like.Results[like.Of(world, fingerprint)] = handled;
        return handled with { Before = world };
    }

    /// <summary>The effects, by the instances that were requested; null stands for all instances.</summary>
    sealed record Seen(SagaKey[]? Reads)
    {
        public Dictionary<UInt128, Handled> Results { get; } = [];

        public UInt128 Of(World world, Fingerprint fingerprint) =>
            Reads is null ? fingerprint.OfSagas(world) : fingerprint.OfSagas(world, Reads);
    }
}
