namespace RideBooking.EventLog;

/// <summary>
/// Wakes whoever waits for events in this process: the sequencer after a commit, the readers after the sequencer. A wake-up
/// is a hint to look; another replica's events are found by looking now and then.
/// </summary>
public sealed class EventLogSignal
{
    readonly Bell _committed = new();
    readonly Bell _sequenced = new();

    /// <summary>Events were committed and await their positions.</summary>
    public void Committed() => _committed.Ring();

    /// <summary>Events were given positions and can be read.</summary>
    public void Sequenced() => _sequenced.Ring();

    /// <summary>A task that ends at the next commit. Take it before looking, so that no commit falls between.</summary>
    public Task NextCommit => _committed.Next;

    /// <summary>A task that ends when further events can be read. Take it before looking, so that none falls between.</summary>
    public Task NextSequenced => _sequenced.Next;

    sealed class Bell
    {
        TaskCompletionSource _next = New();

        public Task Next => Volatile.Read(ref _next).Task;

        public void Ring() => Interlocked.Exchange(ref _next, New()).TrySetResult();

        static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
