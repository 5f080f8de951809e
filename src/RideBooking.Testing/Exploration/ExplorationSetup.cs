using RideBooking.Testing.Exploration;

namespace RideBooking.Testing;

/// <summary>What an exploration tries, and what must hold throughout.</summary>
public sealed class ExplorationSetup
{
    readonly List<Invariant> _always = [];
    readonly List<Invariant> _finally = [];

    internal IReadOnlyList<object> GivenSteps { get; private set; } = [];

    internal IReadOnlyList<object> Messages { get; private set; } = [];

    internal bool ReportsLosses { get; private set; }

    internal int MaxDuplicates { get; private set; }

    internal int MaxCrashes { get; private set; }

    internal int MaxTimers { get; private set; } = 10;

    internal bool TimersCrossCancellations { get; private set; }

    internal int MaxStates { get; private set; } = 500_000;

    internal TimeSpan? TimeBox { get; private set; }

    internal int RandomSeed { get; private set; }

    internal string? Path { get; private set; }

    internal IReadOnlyList<Invariant> AlwaysInvariants => _always;

    internal IReadOnlyList<Invariant> FinallyInvariants => _finally;

    /// <summary>What has happened before, in this order and without faults.</summary>
    public ExplorationSetup Given(params object[] steps)
    {
        GivenSteps = steps;
        return this;
    }

    /// <summary>The messages that arrive, each at least once, in every order; also relative to all that follows from them.</summary>
    public ExplorationSetup Events(params object[] messages)
    {
        Messages = messages;
        return this;
    }

    /// <summary>
    /// How many deliveries may come twice on one way. A duplicate has another message id where the lab has an inbox: one that
    /// the inbox has forgotten, or that the sender sent twice. The other kind is no trouble there.
    /// </summary>
    public ExplorationSetup Duplicates(int most)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(most);
        MaxDuplicates = most;
        return this;
    }

    /// <summary>
    /// How often the process may die on one way, at every point at which it makes a difference: before and after the saga is
    /// stored and, where the outbox allows it, with some of its messages sent and some not.
    /// </summary>
    public ExplorationSetup Crashes(int most)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(most);
        MaxCrashes = most;
        return this;
    }

    /// <summary>
    /// How many scheduled messages may go off on one way, 10 if not said. Any time may pass between any two events, so they go
    /// off at every point; among themselves in the order in which they are due. With 0 time stands still.
    /// </summary>
    public ExplorationSetup Timers(int most)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(most);
        MaxTimers = most;
        return this;
    }

    /// <summary>A timer that is cancelled may already be on its way, as it is where the scheduler is another process.</summary>
    public ExplorationSetup TimersMayCrossTheirCancellation()
    {
        TimersCrossCancellations = true;
        return this;
    }

    /// <summary>
    /// What must hold after each step. It may ask what is stored and what was said, not in which order it was said: two ways to
    /// the same state that differ in nothing else are followed once.
    /// </summary>
    public ExplorationSetup Always(string name, Func<LabView, bool> holds)
    {
        _always.Add(new Invariant(name, holds));
        return this;
    }

    /// <summary>What must hold when nothing is left to happen.</summary>
    public ExplorationSetup Finally(string name, Func<LabView, bool> holds)
    {
        _finally.Add(new Invariant(name, holds));
        return this;
    }

    /// <summary>In the end no message lies in an error queue.</summary>
    public ExplorationSetup NothingFails() => Finally("nothing fails", view => view.Failed<object>().Count == 0);

    /// <summary>No message is acknowledged without an instance that takes it.</summary>
    public ExplorationSetup NothingIsLost() =>
        ReportLosses().Always("nothing is lost", view => view.Unclaimed<object>().Count == 0);

    /// <summary>
    /// Lets invariants ask for <see cref="LabView.Unclaimed{T}"/>. Otherwise two ways that differ only in what was lost on them are
    /// the same way, which is far fewer.
    /// </summary>
    public ExplorationSetup ReportLosses()
    {
        ReportsLosses = true;
        return this;
    }

    /// <summary>How many states are looked at before the exploration says that they are too many; 500 000 if not said.</summary>
    public ExplorationSetup AtMost(int states)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(states, 1);
        MaxStates = states;
        return this;
    }

    /// <summary>Goes random ways for a time instead of all ways, for what has too many.</summary>
    /// <param name="time">Real time.</param>
    /// <param name="seed">Which random ways.</param>
    public ExplorationSetup Randomly(TimeSpan time, int seed)
    {
        TimeBox = time;
        RandomSeed = seed;
        return this;
    }

    /// <summary>Goes only the way that the seed of a breach names.</summary>
    public ExplorationSetup Replay(string seed)
    {
        Path = seed;
        return this;
    }

    internal ExplorationSetup With(IReadOnlyList<object> messages, int duplicates, int crashes)
    {
        var other = (ExplorationSetup)MemberwiseClone();
        (other.Messages, other.MaxDuplicates, other.MaxCrashes) = (messages, duplicates, crashes);
        return other;
    }
}
