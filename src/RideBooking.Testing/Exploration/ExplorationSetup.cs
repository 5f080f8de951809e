using RideBooking.Testing.Exploration;

namespace RideBooking.Testing;

/// <summary>The messages and faults that an exploration tries, and the invariants that must hold.</summary>
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

    /// <summary>Sets what has happened before, in this order and without faults.</summary>
    public ExplorationSetup Given(params object[] steps)
    {
        GivenSteps = steps;
        return this;
    }

    /// <summary>
    /// Sets the messages that arrive, each at least once, in every order, also relative to everything that follows from them.
    /// </summary>
    public ExplorationSetup Events(params object[] messages)
    {
        Messages = messages;
        return this;
    }

    /// <summary>Sets how many deliveries may be duplicated on one path.</summary>
    /// <remarks>
    /// If the lab has an inbox, a duplicate has another message id: one that the inbox has forgotten, or that the sender sent
    /// twice. The inbox drops the other kind.
    /// </remarks>
    public ExplorationSetup Duplicates(int max)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(max);
        MaxDuplicates = max;
        return this;
    }

    /// <summary>Sets how often the process may crash on one path.</summary>
    /// <remarks>
    /// It crashes at every point that makes a difference: before and after the saga is stored and, if the outbox allows it,
    /// with some of its messages sent and some not.
    /// </remarks>
    public ExplorationSetup Crashes(int max)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(max);
        MaxCrashes = max;
        return this;
    }

    /// <summary>Sets how many scheduled messages may fire on one path; 10 by default. With 0, no time passes.</summary>
    /// <remarks>
    /// Any time may pass between two events, so timers fire at every point, among themselves in the order in which they are
    /// due.
    /// </remarks>
    public ExplorationSetup Timers(int max)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(max);
        MaxTimers = max;
        return this;
    }

    /// <summary>Lets a cancelled timer still be delivered, as it can be if the scheduler is another process.</summary>
    public ExplorationSetup TimersMayCrossTheirCancellation()
    {
        TimersCrossCancellations = true;
        return this;
    }

    /// <summary>Sets what must hold after each step.</summary>
    /// <remarks>
    /// An invariant may depend on what is stored and what was sent, but not on the order of sending: two paths to the same
    /// state that differ in nothing else are followed once.
    /// </remarks>
    public ExplorationSetup Always(string name, Func<LabView, bool> holds)
    {
        _always.Add(new Invariant(name, holds));
        return this;
    }

    /// <summary>Sets what must hold when nothing more can happen.</summary>
    public ExplorationSetup Finally(string name, Func<LabView, bool> holds)
    {
        _finally.Add(new Invariant(name, holds));
        return this;
    }

    /// <summary>Requires that no message is in an error queue at the end.</summary>
    public ExplorationSetup NothingFails() => Finally("nothing fails", view => view.Failed<object>().Count == 0);

    /// <summary>Requires that no message is acknowledged without an instance that accepts it.</summary>
    public ExplorationSetup NothingIsLost() =>
        ReportLosses().Always("nothing is lost", view => view.Unclaimed<object>().Count == 0);

    /// <summary>Lets invariants use <see cref="LabView.Unclaimed{T}"/>.</summary>
    /// <remarks>
    /// Otherwise two paths that differ only in lost messages count as the same path, which leaves far fewer of them.
    /// </remarks>
    public ExplorationSetup ReportLosses()
    {
        ReportsLosses = true;
        return this;
    }

    /// <summary>
    /// Sets how many states are visited before the exploration fails because there are too many; 500 000 by default.
    /// </summary>
    public ExplorationSetup AtMost(int states)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(states, 1);
        MaxStates = states;
        return this;
    }

    /// <summary>Follows random paths for a limited time instead of all paths, for setups that have too many.</summary>
    /// <param name="time">Real time.</param>
    /// <param name="seed">The seed of the random paths.</param>
    public ExplorationSetup Randomly(TimeSpan time, int seed)
    {
        TimeBox = time;
        RandomSeed = seed;
        return this;
    }

    /// <summary>Follows only the path that a violation's seed names.</summary>
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
