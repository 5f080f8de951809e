using System.Runtime.CompilerServices;

namespace RideBooking.Testing;

/// <summary>What has happened before the test looks.</summary>
public sealed class Given
{
    readonly SagaLab _lab;
    readonly object[] _steps;

    internal Given(SagaLab lab, object[] steps) => (_lab, _steps) = (lab, steps);

    /// <summary>What the test is about.</summary>
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
                    $"What is given did not happen: {bad}\n\nTimeline:\n{run.Timeline}",
                    bad.Exception!
                );
        }
        return run;
    }
}

/// <summary>What the test is about.</summary>
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

    /// <summary>Everything that is done from the beginning to here.</summary>
    internal IReadOnlyList<object> AllSteps { get; }

    /// <summary>
    /// All that may have come of it: every message published, sent, answered, scheduled or cancelled, every failure and every
    /// message that nobody took must be among the expectations. What is not is reported.
    /// </summary>
    /// <param name="expected">
    /// A message, which must have been published or sent exactly like that, or an expectation from <see cref="Expect"/>.
    /// </param>
    public Scenario Then(params object[] expected) => new(this, expected, andNothingElse: true);

    /// <summary>That nothing at all has come of it.</summary>
    public Scenario ThenNothing() => Then();

    /// <summary>What must have come of it, whatever else has.</summary>
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

/// <summary>A scenario, to be awaited or to go on from.</summary>
public sealed class Scenario
{
    readonly When _when;
    readonly object[] _expected;
    readonly bool _andNothingElse;

    internal Scenario(When when, object[] expected, bool andNothingElse) =>
        (_when, _expected, _andNothingElse) = (when, expected, andNothingElse);

    /// <summary>What happens then.</summary>
    /// <param name="steps">Messages, and steps like <see cref="Step.Passes"/>.</param>
    public When When(params object[] steps) => new(_when.Lab, Run, _when.AllSteps, steps);

    /// <summary>Plays it.</summary>
    /// <returns>The run, to look further into.</returns>
    /// <exception cref="SagaLabException">It did not go as it says.</exception>
    public async Task<LabRun> Run(CancellationToken cancellationToken = default)
    {
        var (run, from) = await _when.Run(cancellationToken);
        Verdict.Pass(run, from, _expected, _andNothingElse);
        return run;
    }

    /// <summary>
    /// Plays it in the lab, and then on buses that run, where after every step the same must have come of it as in the lab: the
    /// same sagas with the same content, the same messages, timers and failures, and nothing else.
    /// </summary>
    /// <param name="buses">The buses, one after the other.</param>
    /// <returns>The run in the lab, to look further into.</returns>
    /// <exception cref="SagaLabException">It did not go as it says, or not on every bus as in the lab.</exception>
    public async Task<LabRun> SameOn(params IReadOnlyList<ScenarioBus> buses)
    {
        ArgumentNullException.ThrowIfNull(buses);
        var run = await Run();
        foreach (var bus in buses)
            await bus.Play(_when.Lab, _when.AllSteps);
        return run;
    }

    /// <summary>Plays it.</summary>
    public TaskAwaiter<LabRun> GetAwaiter() => Run().GetAwaiter();

    /// <summary>Plays it, where a test returns a task.</summary>
    public Task ToTask() => Run();

    /// <summary>Plays it, where a test returns a task.</summary>
    public static implicit operator Task(Scenario scenario) =>
        scenario?.Run() ?? throw new ArgumentNullException(nameof(scenario));
}
