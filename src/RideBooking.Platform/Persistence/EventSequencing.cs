using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideBooking.EventLog;

namespace RideBooking.Platform.Persistence;

/// <summary>
/// Numbers events right after they are committed, and notifies the readers. Any number of replicas may do it.
/// </summary>
/// <remarks>
/// A slow poll finds events that other replicas have numbered, and the events of a replica that died between commit and
/// numbering.
/// </remarks>
internal sealed partial class EventSequencing(
    IServiceScopeFactory scopes,
    EventLogSignal signal,
    TimeProvider clock,
    ILogger<EventSequencing> logger
) : BackgroundService
{
    static readonly TimeSpan s_pollInterval = TimeSpan.FromSeconds(1);

    readonly LogTail _tail = new(signal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
            try
            {
                if (await WaitForCommit(stoppingToken))
                    await TakeCommits(stoppingToken);
                else
                    await Refresh(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // The database is unavailable or two sequencers conflict: the events stay pending, and the next poll numbers
                // them.
                LogRetry(exception);
            }
            catch (OperationCanceledException)
            {
                return;
            }
    }

    /// <summary>Returns whether a commit was signalled before the next poll is due.</summary>
    async Task<bool> WaitForCommit(CancellationToken cancellationToken)
    {
        using var pollTimer = new CancellationTokenSource(s_pollInterval, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(pollTimer.Token, cancellationToken);
        try
        {
            return await signal.Commits.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    async Task TakeCommits(CancellationToken cancellationToken)
    {
        var numbered = new List<LoggedEvent>();
        var pending = false;
        while (signal.Commits.TryRead(out var commit))
        {
            pending |= commit.Count == 0;
            numbered.AddRange(commit);
        }
        numbered.Sort((one, other) => one.Position!.Value.CompareTo(other.Position!.Value));

        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        if (numbered.Count > 0)
            await _tail.Publish(db, numbered, cancellationToken);
        if (pending)
            await Number(db, cancellationToken);
    }

    async Task Refresh(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var (moved, pending) = await _tail.Poll(db, cancellationToken);
        if (pending)
            await Number(db, cancellationToken);
        else if (moved)
            await _tail.Publish(db, [], cancellationToken);
    }

    async Task Number(AppDbContext db, CancellationToken cancellationToken)
    {
        int count;
        do
        {
            var numbered = await Sequencer.NumberBatch(db, cancellationToken);
            count = numbered.Count;
            await _tail.Publish(db, numbered, cancellationToken);
        } while (count == Sequencer.BatchSize);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Events could not be numbered; the next poll tries again")]
    partial void LogRetry(Exception exception);
}
