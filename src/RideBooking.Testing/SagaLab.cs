using MassTransit;
using RideBooking.Testing.Analysis;
using RideBooking.Testing.Engine;
using RideBooking.Testing.Exploration;

namespace RideBooking.Testing;

/// <summary>
/// A lab for sagas and consumers: the real state machines behind MassTransit's real pipes, correlation and serialization, in
/// memory, on a clock of its own. One lab serves any number of tests at once; each run in it begins in an empty world.
/// </summary>
public class SagaLab : IAsyncDisposable
{
    readonly LabSetup _setup = new();

    /// <summary>Makes a lab.</summary>
    /// <param name="setup">What is in it.</param>
    public SagaLab(Action<LabSetup> setup)
    {
        ArgumentNullException.ThrowIfNull(setup);
        setup(_setup);
        Engine = new LabEngine(_setup);
    }

    /// <summary>A lab with one saga, whose machine needs nothing to be made.</summary>
    public static SagaLab Of<TMachine, TSaga>()
        where TMachine : class, SagaStateMachine<TSaga>
        where TSaga : class, SagaStateMachineInstance => new(lab => lab.Saga<TMachine, TSaga>());

    internal LabEngine Engine { get; }

    /// <summary>Begins a run in an empty world, to go on step by step.</summary>
    public LabRun Start() => new(Engine, World.At(_setup.Start), _setup.MaxSteps);

    /// <summary>Begins a scenario: what has happened before the test looks. None of it may fail or be lost.</summary>
    /// <param name="steps">Messages, and steps like <see cref="Step.Passes"/>.</param>
    public Given Given(params object[] steps) => new(this, steps);

    /// <summary>Begins a scenario with nothing before it.</summary>
    /// <param name="steps">Messages, and steps like <see cref="Step.Passes"/>.</param>
    public When When(params object[] steps) => new Given(this, []).When(steps);

    /// <summary>Which cells of a machine's matrix all that was run in this lab so far has tried.</summary>
    public MachineCoverage CoverageOf<TSaga>()
        where TSaga : class, SagaStateMachineInstance => new(MachineOf<TSaga>(), Engine.Coverage);

    /// <summary>
    /// What a look at a machine's table finds: events that a state neither handles nor ignores, states into which no way leads,
    /// schedules that nobody cancels, events that find no instance. It sees what is built with MassTransit's own activities, not
    /// what is scheduled within a <c>Then</c>.
    /// </summary>
    public IReadOnlyList<MachineFinding> FindingsOf<TSaga>()
        where TSaga : class, SagaStateMachineInstance => MachineAnalysis.Of(MachineOf<TSaga>());

    /// <summary>
    /// What a look at a machine's table finds, without a lab: also of a machine that MassTransit would not run, since it has an
    /// event for whose message no instance is found.
    /// </summary>
    public static IReadOnlyList<MachineFinding> FindingsOf(StateMachine machine)
    {
        ArgumentNullException.ThrowIfNull(machine);
        return MachineAnalysis.Of(machine);
    }

    /// <summary>
    /// A machine's states and the ways between them as a Mermaid diagram, for documentation that a test keeps true. What does
    /// not lead into another state is not drawn.
    /// </summary>
    public static string DiagramOf(StateMachine machine)
    {
        ArgumentNullException.ThrowIfNull(machine);
        return StateDiagram.Of(machine);
    }

    StateMachine MachineOf<TSaga>() => Engine.Machines.Single(machine => machine.Saga == typeof(TSaga)).Definition;

    /// <summary>Tries all that a setup says, and holds what must hold against it.</summary>
    /// <returns>What was seen.</returns>
    /// <exception cref="SagaLabException">
    /// Something does not hold; the message shows the shortest way there as a timeline, a sequence diagram and a seed.
    /// </exception>
    public async Task<ExplorationReport> Explore(
        Action<ExplorationSetup> setup,
        CancellationToken cancellationToken = default
    )
    {
        var report = await FindBreach(setup, cancellationToken);
        return report.Breach is null ? report : throw new SagaLabException(report.Breach.ToString());
    }

    /// <summary>Like <see cref="Explore"/>, for who wants to find a breach.</summary>
    public Task<ExplorationReport> FindBreach(
        Action<ExplorationSetup> setup,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(setup);
        var exploration = new ExplorationSetup();
        setup(exploration);
        if (Engine.WritesThrough)
            throw new InvalidOperationException(
                $"This lab writes what it stores to somewhere else ({nameof(LabSetup.WriteThrough)}), which cannot follow an exploration back and forth."
            );
        return new Explorer(this, exploration).Run(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
