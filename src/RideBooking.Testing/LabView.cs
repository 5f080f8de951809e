using MassTransit;
using RideBooking.Testing.Engine;
using RideBooking.Testing.Values;

namespace RideBooking.Testing;

/// <summary>The world of a lab at one moment: what is stored, what waits, what was said. To be looked at, not to be changed.</summary>
public class LabView
{
    readonly Func<object, object> _copy;
    World? _read;
    List<Observation> _outcomes = [];

    /// <param name="copy">How instances are handed out; each time another copy if not said.</param>
    internal LabView(LabEngine engine, World world, Func<object, object>? copy = null) =>
        (Engine, World, _copy) = (engine, world, copy ?? DeepCopy.Of);

    internal World World { get; private protected set; }

    internal LabEngine Engine { get; }

    /// <summary>Whether what was lost makes a difference here.</summary>
    internal bool ReportsLosses { get; init; } = true;

    /// <summary>The lab's time.</summary>
    public DateTimeOffset Now => World.Now;

    /// <summary>All that happened, in order.</summary>
    public IReadOnlyList<Observation> Observations => World.Log;

    /// <summary>All that happened, to be read by people.</summary>
    public string Timeline => ObservationText.Timeline(World.Log);

    /// <summary>All that happened, as a Mermaid sequence diagram.</summary>
    public string Diagram => SequenceDiagram.Of(World.Log);

    /// <summary>Whether nothing is in flight: nothing more happens unless time passes or somebody says something.</summary>
    public bool IsSettled => World.InFlight.IsEmpty;

    /// <summary>A copy of the instance as it is stored, or null.</summary>
    public TSaga? Saga<TSaga>(Guid id)
        where TSaga : class, ISaga =>
        World.Sagas.TryGetValue(new SagaKey(typeof(TSaga), id), out var stored) ? (TSaga)_copy(stored) : null;

    /// <summary>Copies of all stored instances.</summary>
    public IReadOnlyList<TSaga> Sagas<TSaga>()
        where TSaga : class, ISaga => [.. World.Sagas.Values.OfType<TSaga>().Select(_copy).Cast<TSaga>()];

    /// <summary>The name of the state the instance is in; the initial one's where there is none.</summary>
    public string StateOf<TSaga>(Guid id)
        where TSaga : class, ISaga =>
        Engine
            .Machines.Single(machine => machine.Saga == typeof(TSaga))
            .StateOf(World.Sagas.GetValueOrDefault(new SagaKey(typeof(TSaga), id)));

    /// <summary>The messages of a type that were published, in order.</summary>
    public IReadOnlyList<T> Published<T>()
        where T : class => Messages<T>(ObservationKind.Published);

    /// <summary>The messages of a type that were sent, in order.</summary>
    public IReadOnlyList<T> Sent<T>()
        where T : class => Messages<T>(ObservationKind.Sent);

    /// <summary>The messages of a type that failed for good and lie in an error queue.</summary>
    public IReadOnlyList<T> Failed<T>()
        where T : class => Messages<T>(ObservationKind.Faulted);

    /// <summary>The messages of a type that were acknowledged although no instance took them.</summary>
    public IReadOnlyList<T> Unclaimed<T>()
        where T : class =>
        ReportsLosses
            ? Messages<T>(ObservationKind.Unclaimed)
            : throw new InvalidOperationException(
                $"An invariant asks what was lost: say {nameof(ExplorationSetup.ReportLosses)}, so that the exploration minds it."
            );

    /// <summary>The scheduled messages of a type that are waiting for their time, the next one first.</summary>
    public IReadOnlyList<(T Message, DateTimeOffset Due)> Waiting<T>()
        where T : class =>
        [
            .. World
                .Due.Where(due => due.Again is null && due.Envelope.Message is T)
                .OrderBy(due => due.Due)
                .Select(due => ((T)due.Envelope.Message, due.Due)),
        ];

    /// <summary>The messages of a type that are on their way to a receiver, the oldest first.</summary>
    public IReadOnlyList<T> InFlight<T>()
        where T : class => [.. World.InFlight.Select(delivery => delivery.Envelope.Message).OfType<T>()];

    IReadOnlyList<T> Messages<T>(ObservationKind kind) =>
        [.. Outcomes().Where(it => it.Kind == kind).Select(it => it.Message).OfType<T>()];

    List<Observation> Outcomes()
    {
        if (!ReferenceEquals(_read, World))
            (_read, _outcomes) = (World, [.. World.Log.Where(it => it.IsOutcome)]);
        return _outcomes;
    }
}
