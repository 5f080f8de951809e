using System.Collections.Immutable;
using System.Diagnostics;
using RideBooking.Testing.Values;

namespace RideBooking.Testing.Engine;

/// <summary>
/// The handling of one message: what the handler sees of the world, and its effects. None of them is applied yet.
/// </summary>
sealed class Handling(World world, Delivery delivery, bool isReplayable)
{
    readonly Lock _lock = new();
    readonly List<HandlersTimer> _timers = [];
    readonly List<Outgoing> _outputs = [];
    readonly List<Raised> _raised = [];
    readonly Dictionary<SagaKey, object?> _changes = [];
    readonly long _began = Stopwatch.GetTimestamp();
    TaskCompletionSource _timerSet = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Delivery Delivery => delivery;

    public DateTimeOffset Now { get; private set; } = world.Now;

    /// <summary>
    /// Real time since the message was delivered, for delays that MassTransit computes from the system's clock.
    /// </summary>
    public TimeSpan RealElapsed => Stopwatch.GetElapsedTime(_began);

    /// <summary>Whether the message found or created an instance.</summary>
    public bool FoundInstance { get; set; }

    /// <summary>The instances that the message found, as they were before; null for an instance that it created.</summary>
    public Dictionary<SagaKey, object?> Met { get; } = [];

    /// <summary>Returns an id that is the same when the handling of this message is replayed.</summary>
    public Guid NextId()
    {
        lock (_lock)
            return Ids.Of(delivery.Envelope.MessageId, delivery.Tries, _outputs.Count);
    }

    /// <summary>Returns the id of an outgoing message: MassTransit's, unless a replay must give the same id.</summary>
    public Guid IdOf(Guid? given) => isReplayable || given is null ? NextId() : given.Value;

    public IReadOnlyList<Outgoing> Outputs
    {
        get
        {
            lock (_lock)
                return [.. _outputs];
        }
    }

    public IReadOnlyList<Raised> Raised
    {
        get
        {
            lock (_lock)
                return [.. _raised];
        }
    }

    public void AddOutput(Outgoing outgoing)
    {
        lock (_lock)
            _outputs.Add(outgoing);
    }

    public void Raise(Raised raised)
    {
        lock (_lock)
            _raised.Add(raised);
    }

    /// <summary>
    /// The instances that the handler requested, whether they exist or not. Its effects depend on no others.
    /// </summary>
    public HashSet<SagaKey> Reads { get; } = [];

    /// <summary>Whether the handler searched for instances, so that its effects depend on all of them.</summary>
    public bool ReadsAll { get; private set; }

    /// <summary>Returns a copy of the instance for the handler to change, or null.</summary>
    public T? Find<T>(Guid id)
        where T : class
    {
        var key = new SagaKey(typeof(T), id);
        Reads.Add(key);
        var found = Stored(key) is T stored ? DeepCopy.Of(stored) : null;
        if (found is not null)
        {
            FoundInstance = true;
            Met.TryAdd(key, Stored(key));
        }
        return found;
    }

    /// <summary>Returns the instances that match a condition.</summary>
    public IReadOnlyList<T> Query<T>(Func<T, bool> condition)
        where T : class
    {
        ReadsAll = true;
        return
        [
            .. world
                .Sagas.Keys.Concat(_changes.Keys)
                .Distinct()
                .Where(key => key.Type == typeof(T) && Stored(key) is T stored && condition(DeepCopy.Of(stored)))
                .Select(key => Find<T>(key.Id)!),
        ];
    }

    /// <summary>Records what the handler stores; null deletes.</summary>
    public void Store(SagaKey key, object? instance)
    {
        FoundInstance = true;
        Met.TryAdd(key, Stored(key));
        _changes[key] = instance is null ? null : DeepCopy.Of(instance);
    }

    public void Undo(SagaKey key) => _changes.Remove(key);

    /// <summary>Returns the sagas as they are once this handling is committed.</summary>
    public ImmutableSortedDictionary<SagaKey, object> Committed(ImmutableSortedDictionary<SagaKey, object> sagas)
    {
        foreach (var (key, instance) in _changes)
            sagas = instance is null ? sagas.Remove(key) : sagas.SetItem(key, instance);
        return sagas;
    }

    object? Stored(SagaKey key) =>
        _changes.TryGetValue(key, out var changed) ? changed : world.Sagas.GetValueOrDefault(key);

    public void Await(HandlersTimer timer)
    {
        lock (_lock)
        {
            _timers.Add(timer);
            _timerSet.TrySetResult();
        }
    }

    public void Forget(HandlersTimer timer)
    {
        lock (_lock)
            _timers.Remove(timer);
    }

    /// <summary>Waits for the handler. If it waits for the clock, its time moves to that point.</summary>
    public async Task Finish(Task handler)
    {
        while (!handler.IsCompleted)
        {
            HandlersTimer? next;
            Task timerSet;
            lock (_lock)
            {
                next = _timers.MinBy(timer => timer.Due);
                if (next is null && _timerSet.Task.IsCompleted)
                    _timerSet = new(TaskCreationOptions.RunContinuationsAsynchronously);
                timerSet = _timerSet.Task;
                if (next is not null)
                {
                    _timers.Remove(next);
                    Now = next.Due > Now ? next.Due : Now;
                }
            }
            if (next is null)
                await Task.WhenAny(handler, timerSet);
            else
                next.Fire();
        }
        await handler;
    }
}

/// <summary>An event that a machine raised on an instance.</summary>
/// <param name="Machine">The machine's instance type.</param>
/// <param name="State">The state the instance was in.</param>
/// <param name="Event">The event's name.</param>
sealed record Raised(Type Machine, string State, string Event);
