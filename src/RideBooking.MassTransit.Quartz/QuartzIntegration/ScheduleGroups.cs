using System.Data;
using Quartz;
using Quartz.Impl.AdoJobStore.Common;

namespace MassTransit.QuartzIntegration;

/// <summary>
/// Changes of a persistent schedule. Each needs the lock that all nodes of the scheduler share, so those that come while
/// others are being made are made together: one lock and one commit for all of them. One that comes alone waits for nobody,
/// and one that fails takes no other with it.
/// </summary>
/// <remarks>At most one change of the same trigger may be under way at a time.</remarks>
public sealed class ScheduleGroups
{
    const int MaxPerTransaction = 50;

    readonly IDbProvider? _database;
    readonly Lock _lock = new();
    readonly Queue<Change> _waiting = new();
    bool _isBusy;

    internal ScheduleGroups(IDbProvider? database) => _database = database;

    /// <summary>Makes each change by itself, as a schedule in memory does.</summary>
    internal static ScheduleGroups None { get; } = new(null);

    /// <summary>Makes a change and waits until it is committed.</summary>
    /// <param name="scheduler">Whose schedule.</param>
    /// <param name="change">May be begun a second time, when the first was rolled back.</param>
    internal async Task Change(IScheduler scheduler, Func<Task> change)
    {
        if (_database is null)
        {
            await change().ConfigureAwait(false);
            return;
        }

        Change? waiting = null;
        lock (_lock)
        {
            if (_isBusy)
                _waiting.Enqueue(waiting = new Change(scheduler, change));
            _isBusy = true;
        }
        if (waiting is not null)
        {
            await waiting.Made.ConfigureAwait(false);
            return;
        }

        try
        {
            await change().ConfigureAwait(false);
        }
        finally
        {
            // Neither this one's trace nor its transaction is that of the others.
            using (ExecutionContext.SuppressFlow())
                _ = Task.Run(MakeAll);
        }
    }

    // Ends when nobody waits.
    async Task MakeAll()
    {
        while (true)
        {
            var together = new List<Change>();
            lock (_lock)
            {
                while (together.Count < MaxPerTransaction && _waiting.TryDequeue(out var change))
                    together.Add(change);
                if (together.Count == 0)
                {
                    _isBusy = false;
                    return;
                }
            }
            if (together.Count == 1 || !await TryMake(together).ConfigureAwait(false))
                await Task.WhenAll(together.Select(change => change.Make())).ConfigureAwait(false);
        }
    }

    async Task<bool> TryMake(List<Change> together)
    {
        try
        {
            await using var connection = _database!.CreateConnection();
            await connection.OpenAsync().ConfigureAwait(false);
            await using var transaction = await connection
                .BeginTransactionAsync(IsolationLevel.ReadCommitted)
                .ConfigureAwait(false);
            // The scheduler is told of what is due sooner when this ends, which is after the commit.
            using (together[0].Scheduler.EnlistTransaction(transaction))
            {
                foreach (var change in together)
                    await change.Begin().ConfigureAwait(false);
                await transaction.CommitAsync().ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            LogContext.Debug?.Log(exception, "{Count} changes of the schedule are made one by one", together.Count);
            return false;
        }

        foreach (var change in together)
            change.IsMade();
        return true;
    }
}

/// <summary>A change of the schedule, and the callers that wait for it.</summary>
sealed class Change(IScheduler scheduler, Func<Task> begin)
{
    readonly TaskCompletionSource _made = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IScheduler Scheduler => scheduler;

    public Task Made => _made.Task;

    public Task Begin() => begin();

    public void IsMade() => _made.TrySetResult();

    /// <summary>Makes this change alone. Never fails: the callers that wait get the exception.</summary>
    public async Task Make()
    {
        try
        {
            await begin().ConfigureAwait(false);
            _made.TrySetResult();
        }
        catch (OperationCanceledException canceled)
        {
            _made.TrySetCanceled(canceled.CancellationToken);
        }
        catch (Exception exception)
        {
            _made.TrySetException(exception);
        }
    }
}
