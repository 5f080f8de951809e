using MassTransit;
using RideBooking.Testing.Engine;

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
    public LabRun Start() => new(Engine, World.At(_setup.Start), _setup.MostSteps);

    /// <summary>Begins a scenario: what has happened before the test looks. None of it may fail or be lost.</summary>
    /// <param name="steps">Messages, and steps like <see cref="Step.Passes"/>.</param>
    public Given Given(params object[] steps) => new(this, steps);

    /// <summary>Begins a scenario with nothing before it.</summary>
    /// <param name="steps">Messages, and steps like <see cref="Step.Passes"/>.</param>
    public When When(params object[] steps) => new Given(this, []).When(steps);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
