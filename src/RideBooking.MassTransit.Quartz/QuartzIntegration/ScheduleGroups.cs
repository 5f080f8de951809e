using System.Data;
using Quartz;
using Quartz.Impl.AdoJobStore.Common;

namespace MassTransit.QuartzIntegration;

/// <summary>Groups concurrent changes of a persistent schedule into one transaction.</summary>
/// <remarks>
/// Each change needs the lock that all nodes of the scheduler share. Changes that arrive while others are being made are
/// therefore made together, with one lock and one commit. A single change does not wait for others, and a change that fails
/// does not affect the rest. At most one change of the same trigger may be in progress at a time.
/// </remarks>
public sealed class ScheduleGroups
{
    const int MaxPerTransaction = 50;

    readonly IDbProvider? _database;
    readonly Lock _lock = new();
    readonly Queue<Change> _waiting = new();
    bool _isBusy;

    internal ScheduleGroups(IDbProvider? database) => _database = database;

    /// <summary>Makes each change separately, as an in-memory schedule does.</summary>
    internal static ScheduleGroups None { get; } = new(null);

    /// <summary>Makes a change and waits until it is committed.</summary>
    /// <param name="scheduler">The scheduler whose schedule changes.</param>
    /// <param name="change">May run a second time, when the first was rolled back.</param>
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
            await waiting.Completion.ConfigureAwait(false);
            return;
        }

        try
        {
            await change().ConfigureAwait(false);
        }
        finally
        {
            // The grouped changes must not inherit this change's trace or transaction.
            using (ExecutionContext.SuppressFlow())
                _ = Task.Run(CreateAll);
        }
    }

    // Ends when no change waits.
    async Task CreateAll()
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
            // Disposing this signals the scheduler about earlier due times, and so happens after the commit.
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
            change.Complete();
        return true;
    }
}

/// <summary>A change of the schedule, and the callers that wait for it.</summary>
sealed class Change(IScheduler scheduler, Func<Task> begin)
{
    readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IScheduler Scheduler => scheduler;

    public Task Completion => _completion.Task;

    public Task Begin() => begin();

    public void Complete() => _completion.TrySetResult();

    /// <summary>Makes this change alone. Never throws: the waiting callers receive the exception.</summary>
    public async Task Make()
    {
        try
        {
            await begin().ConfigureAwait(false);
            _completion.TrySetResult();
        }
        catch (OperationCanceledException exception)
        {
            _completion.TrySetCanceled(exception.CancellationToken);
        }
        catch (Exception exception)
        {
            _completion.TrySetException(exception);
        }
    }
}
