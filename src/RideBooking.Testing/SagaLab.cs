using MassTransit;
using RideBooking.Testing.Analysis;
using RideBooking.Testing.Engine;
using RideBooking.Testing.Exploration;

namespace RideBooking.Testing;

/// <summary>
/// A lab for sagas and consumers: the real state machines behind MassTransit's real pipes, correlation and serialization.
/// </summary>
/// <remarks>
/// Everything runs in memory, on a virtual clock. One lab serves any number of tests at once; each run starts in an empty
/// world.
/// </remarks>
public class SagaLab : IAsyncDisposable
{
    readonly LabSetup _setup = new();

    /// <summary>Creates a lab.</summary>
    /// <param name="setup">Defines its contents.</param>
    public SagaLab(Action<LabSetup> setup)
    {
        ArgumentNullException.ThrowIfNull(setup);
        setup(_setup);
        Engine = new LabEngine(_setup);
    }

    /// <summary>Creates a lab with one saga, whose machine has a constructor without parameters.</summary>
    public static SagaLab Of<TMachine, TSaga>()
        where TMachine : class, SagaStateMachine<TSaga>
        where TSaga : class, SagaStateMachineInstance => new(lab => lab.Saga<TMachine, TSaga>());

    internal LabEngine Engine { get; }

    /// <summary>Starts a run in an empty world, to continue step by step.</summary>
    public LabRun Start() => new(Engine, World.At(_setup.Start), _setup.MaxSteps);

    /// <summary>Starts a scenario with what happened before. These steps must not fail or lose a message.</summary>
    /// <param name="steps">Messages, and steps like <see cref="Step.Passes"/>.</param>
    public Given Given(params object[] steps) => new(this, steps);

    /// <summary>Starts a scenario with no earlier steps.</summary>
    /// <param name="steps">Messages, and steps like <see cref="Step.Passes"/>.</param>
    public When When(params object[] steps) => new Given(this, []).When(steps);

    /// <summary>Returns a machine's matrix with the cells that all runs in this lab have tried so far.</summary>
    public MachineCoverage CoverageOf<TSaga>()
        where TSaga : class, SagaStateMachineInstance => new(MachineOf<TSaga>(), Engine.Coverage);

    /// <summary>
    /// Checks a machine's table for events that a state neither handles nor ignores (or not always), unreachable states,
    /// schedules that are never cancelled, events that find no instance or share a message, and numbers of states that are
    /// not fixed.
    /// </summary>
    /// <remarks>It sees MassTransit's own activities, but not what code schedules within a <c>Then</c>.</remarks>
    public IReadOnlyList<MachineFinding> FindingsOf<TSaga>()
        where TSaga : class, SagaStateMachineInstance => MachineAnalysis.Of(MachineOf<TSaga>());

    /// <summary>Checks a machine's table without a lab.</summary>
    /// <remarks>This also works for a machine that MassTransit refuses to run because an event finds no instance.</remarks>
    public static IReadOnlyList<MachineFinding> FindingsOf(StateMachine machine)
    {
        ArgumentNullException.ThrowIfNull(machine);
        return MachineAnalysis.Of(machine);
    }

    /// <summary>Finds stored and sent times of a run that come from the system's clock instead of the lab's.</summary>
    /// <remarks>It sees the instances as they are at the end of the run. Times in the test's own messages are no findings.</remarks>
    /// <exception cref="InvalidOperationException">The lab's clock is within a day of the system's.</exception>
    public static IReadOnlyList<MachineFinding> FindingsOf(LabView run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return SystemClock.In(run);
    }

    /// <summary>
    /// Checks whether the machine can take over instances that were exported, for example from production: each has a state
    /// of the machine, which accepts every event, and all values that its type requires.
    /// </summary>
    /// <param name="json">An instance as a JSON object, or an array of them. Case and underscores of names do not count.</param>
    public IReadOnlyList<MachineFinding> FindingsInExport<TSaga>(string json)
        where TSaga : class, SagaStateMachineInstance =>
        SagaExport.Findings((SagaStateMachine<TSaga>)MachineOf<TSaga>(), json);

    /// <summary>
    /// Draws a machine's states and transitions as a Mermaid diagram, for documentation that a test keeps up to date.
    /// </summary>
    /// <remarks>Events that do not lead to another state are not drawn.</remarks>
    public static string DiagramOf(StateMachine machine)
    {
        ArgumentNullException.ThrowIfNull(machine);
        return StateDiagram.Of(machine);
    }

    StateMachine MachineOf<TSaga>() => Engine.Machines.Single(machine => machine.Saga == typeof(TSaga)).Definition;

    /// <summary>Tries everything that a setup allows, and checks what must hold.</summary>
    /// <returns>The results.</returns>
    /// <exception cref="SagaLabException">
    /// An invariant is violated; the message shows the shortest path to it as a timeline, a sequence diagram and a seed.
    /// </exception>
    public async Task<ExplorationReport> Explore(
        Action<ExplorationSetup> setup,
        CancellationToken cancellationToken = default
    )
    {
        var report = await FindViolation(setup, cancellationToken);
        return report.Violation is null ? report : throw new SagaLabException(report.Violation.ToString());
    }

    /// <summary>Like <see cref="Explore"/>, for tests that expect a violation.</summary>
    public Task<ExplorationReport> FindViolation(
        Action<ExplorationSetup> setup,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(setup);
        var exploration = new ExplorationSetup();
        setup(exploration);
        if (Engine.WritesThrough)
            throw new InvalidOperationException(
                $"This lab writes stored sagas to an external store ({nameof(LabSetup.WriteThrough)}), which cannot follow an exploration back and forth."
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
