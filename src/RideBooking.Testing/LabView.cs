using MassTransit;
using RideBooking.Testing.Engine;
using RideBooking.Testing.Values;

namespace RideBooking.Testing;

/// <summary>A read-only view of a lab's world at one moment: what is stored, scheduled and sent.</summary>
public class LabView
{
    readonly Func<object, object> _copy;
    World? _read;
    List<Observation> _outcomes = [];

    /// <param name="copy">How instances are copied; by default, each read gets a new copy.</param>
    internal LabView(LabEngine engine, World world, Func<object, object>? copy = null) =>
        (Engine, World, _copy) = (engine, world, copy ?? DeepCopy.Of);

    internal World World { get; private protected set; }

    internal LabEngine Engine { get; }

    /// <summary>Whether lost messages distinguish worlds here.</summary>
    internal bool ReportsLosses { get; init; } = true;

    /// <summary>The lab's time.</summary>
    public DateTimeOffset Now => World.Now;

    /// <summary>Everything that happened, in order.</summary>
    public IReadOnlyList<Observation> Observations => World.Log;

    /// <summary>Everything that happened, as text.</summary>
    public string Timeline => ObservationText.Timeline(World.Log);

    /// <summary>Everything that happened, as a Mermaid sequence diagram.</summary>
    public string Diagram => SequenceDiagram.Of(World.Log);

    /// <summary>Whether nothing is in flight: nothing more happens unless time passes or a message is sent.</summary>
    public bool IsSettled => World.InFlight.IsEmpty;

    /// <summary>Returns a copy of the stored instance, or null.</summary>
    public TSaga? Saga<TSaga>(Guid id)
        where TSaga : class, ISaga =>
        World.Sagas.TryGetValue(new SagaKey(typeof(TSaga), id), out var stored) ? (TSaga)_copy(stored) : null;

    /// <summary>Returns copies of all stored instances.</summary>
    public IReadOnlyList<TSaga> Sagas<TSaga>()
        where TSaga : class, ISaga => [.. World.Sagas.Values.OfType<TSaga>().Select(_copy).Cast<TSaga>()];

    /// <summary>Returns the name of the instance's state; of the initial state if there is no instance.</summary>
    public string StateOf<TSaga>(Guid id)
        where TSaga : class, ISaga =>
        Engine
            .Machines.Single(machine => machine.Saga == typeof(TSaga))
            .StateOf(World.Sagas.GetValueOrDefault(new SagaKey(typeof(TSaga), id)));

    /// <summary>Returns the published messages of a type, in order.</summary>
    public IReadOnlyList<T> Published<T>()
        where T : class => Messages<T>(ObservationKind.Published);

    /// <summary>Returns the sent messages of a type, in order.</summary>
    public IReadOnlyList<T> Sent<T>()
        where T : class => Messages<T>(ObservationKind.Sent);

    /// <summary>Returns the messages of a type that failed permanently and are in an error queue.</summary>
    public IReadOnlyList<T> Failed<T>()
        where T : class => Messages<T>(ObservationKind.Faulted);

    /// <summary>Returns the messages of a type that were acknowledged although no instance accepted them.</summary>
    public IReadOnlyList<T> Unclaimed<T>()
        where T : class =>
        ReportsLosses
            ? Messages<T>(ObservationKind.Unclaimed)
            : throw new InvalidOperationException(
                $"An invariant uses lost messages. Call {nameof(ExplorationSetup.ReportLosses)}, so that the exploration distinguishes them."
            );

    /// <summary>Returns the scheduled messages of a type that are not due yet, the next one first.</summary>
    public IReadOnlyList<(T Message, DateTimeOffset Due)> Waiting<T>()
        where T : class =>
        [
            .. World
                .Due.Where(due => due.Again is null && due.Envelope.Message is T)
                .OrderBy(due => due.Due)
                .Select(due => ((T)due.Envelope.Message, due.Due)),
        ];

    /// <summary>Returns the messages of a type that are in flight to a receiver, oldest first.</summary>
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
