using System.Runtime.CompilerServices;

namespace RideBooking.Testing;

/// <summary>The first part of a scenario: what happened before.</summary>
public sealed class Given
{
    readonly SagaLab _lab;
    readonly object[] _steps;

    internal Given(SagaLab lab, object[] steps) => (_lab, _steps) = (lab, steps);

    /// <summary>Adds the steps under test.</summary>
    /// <param name="steps">Messages, and steps like <see cref="Step.Passes"/>.</param>
    public When When(params object[] steps) => new(_lab, Begin, _steps, steps);

    async Task<LabRun> Begin(CancellationToken cancellationToken)
    {
        var run = _lab.Start();
        foreach (var step in _steps)
        {
            await Step.Run(step, run, cancellationToken);
            if (
                run.Observations.FirstOrDefault(it =>
                    it.Kind is ObservationKind.Faulted or ObservationKind.Unclaimed
                ) is
                { } bad
            )
                throw new SagaLabException(
                    $"The given steps failed: {bad}\n\nTimeline:\n{run.Timeline}",
                    bad.Exception!
                );
        }
        return run;
    }
}

/// <summary>The second part of a scenario: the steps under test.</summary>
public sealed class When
{
    readonly Func<CancellationToken, Task<LabRun>> _before;
    readonly object[] _steps;

    internal When(
        SagaLab lab,
        Func<CancellationToken, Task<LabRun>> before,
        IEnumerable<object> earlier,
        object[] steps
    )
    {
        (Lab, _before, _steps) = (lab, before, steps);
        AllSteps = [.. earlier, .. steps];
    }

    internal SagaLab Lab { get; }

    /// <summary>All steps from the start to here.</summary>
    internal IReadOnlyList<object> AllSteps { get; }

    /// <summary>Sets the complete list of results.</summary>
    /// <remarks>
    /// Every message published, sent, answered, scheduled or cancelled, every failure and every message that no instance
    /// accepted must be among the expectations. Anything else is reported.
    /// </remarks>
    /// <param name="expected">
    /// A message, which must have been published or sent exactly like that, or an expectation from <see cref="Expect"/>.
    /// </param>
    public Scenario Then(params object[] expected) => new(this, expected, andNothingElse: true);

    /// <summary>Expects that nothing happens.</summary>
    public Scenario ThenNothing() => Then();

    /// <summary>Sets results that must happen. Other results are allowed.</summary>
    /// <inheritdoc cref="Then"/>
    public Scenario ThenAmongOthers(params object[] expected) => new(this, expected, andNothingElse: false);

    internal async Task<(LabRun Run, int From)> Run(CancellationToken cancellationToken)
    {
        var run = await _before(cancellationToken);
        var from = run.Observations.Count;
        foreach (var step in _steps)
            await Step.Run(step, run, cancellationToken);
        return (run, from);
    }
}

/// <summary>A complete scenario, to be awaited or continued.</summary>
public sealed class Scenario
{
    readonly When _when;
    readonly object[] _expected;
    readonly bool _andNothingElse;

    internal Scenario(When when, object[] expected, bool andNothingElse) =>
        (_when, _expected, _andNothingElse) = (when, expected, andNothingElse);

    /// <summary>Adds further steps.</summary>
    /// <param name="steps">Messages, and steps like <see cref="Step.Passes"/>.</param>
    public When When(params object[] steps) => new(_when.Lab, Run, _when.AllSteps, steps);

    /// <summary>Plays the scenario in the lab.</summary>
    /// <returns>The run, for further checks.</returns>
    /// <exception cref="SagaLabException">The scenario did not end as expected.</exception>
    public async Task<LabRun> Run(CancellationToken cancellationToken = default)
    {
        var (run, from) = await _when.Run(cancellationToken);
        Verdict.Pass(run, from, _expected, _andNothingElse);
        return run;
    }

    /// <summary>
    /// Plays the scenario in the lab, and then on running buses, where every step must have the same results as in the lab.
    /// </summary>
    /// <remarks>The same sagas with the same content, the same messages, timers and failures, and nothing else.</remarks>
    /// <param name="buses">The buses, one after another.</param>
    /// <returns>The run in the lab, for further checks.</returns>
    /// <exception cref="SagaLabException">The scenario did not end as expected, or a bus differs from the lab.</exception>
    public async Task<LabRun> SameOn(params IReadOnlyList<ScenarioBus> buses)
    {
        ArgumentNullException.ThrowIfNull(buses);
        var run = await Run();
        foreach (var bus in buses)
            await bus.Play(_when.Lab, _when.AllSteps);
        return run;
    }

    /// <summary>Plays the scenario.</summary>
    public TaskAwaiter<LabRun> GetAwaiter() => Run().GetAwaiter();

    /// <summary>Plays the scenario, for tests that return a task.</summary>
    public Task ToTask() => Run();

    /// <summary>Plays the scenario, for tests that return a task.</summary>
    public static implicit operator Task(Scenario scenario) =>
        scenario?.Run() ?? throw new ArgumentNullException(nameof(scenario));
}
