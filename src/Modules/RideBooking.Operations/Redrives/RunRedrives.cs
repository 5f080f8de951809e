using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideBooking.Operations.ErrorQueues;
using RideBooking.Operations.FailedMessages;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Redrives;

/// <summary>Carries out redrives, including those of processes that died.</summary>
/// <remarks>
/// A redrive is claimed for a limited time. Messages already sent are no longer in their error queue. A process that dies
/// between sending a message and removing it causes a second send, with the same message id, which the inbox handles once. A
/// pass over a queue is kept short, because the queue cannot be read meanwhile.
/// </remarks>
internal sealed class RunRedrives(
    IErrorQueues queues,
    IServiceScopeFactory scopes,
    WorkSignal<RunRedrives> signal,
    TimeProvider clock,
    ILogger<RunRedrives> logger
) : BackgroundService
{
    static readonly TimeSpan s_pollInterval = TimeSpan.FromSeconds(5);
    static readonly TimeSpan s_claim = TimeSpan.FromSeconds(10);

    // Another process that reads the queue holds its messages for a moment.
    static readonly TimeSpan s_again = TimeSpan.FromMilliseconds(300);
    const int Passes = 3;

    const int MaxConcurrent = 100;
    static readonly TimeSpan s_longest = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
            try
            {
                while (await Claim(stoppingToken) is { } redrive)
                    await Run(redrive, stoppingToken);
                await signal.Wait(s_pollInterval, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { }
            catch (Exception exception)
            {
                // The broker or the database is unavailable. When the claim expires, the redrive continues where it stopped.
                logger.LogWarning(
                    exception,
                    "A redrive was interrupted; it continues automatically when its claim expires"
                );
                await Task.Delay(s_pollInterval, clock, stoppingToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
    }

    async Task<Redrive?> Claim(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var now = clock.GetUtcNow();
        var free = await db.Set<Redrive>()
            .AsNoTracking()
            .Where(row => row.Status == WorkStatus.Running)
            // A claim that ends later than any claim can was made by a host whose clock differs.
            .Where(row => row.ClaimedUntil <= now || row.ClaimedUntil > now + 2 * s_claim)
            .OrderBy(row => row.ClaimedUntil)
            .FirstOrDefaultAsync(cancellationToken);
        if (free is null)
            return null;
        var mine = await db.Set<Redrive>()
            .Where(row =>
                row.Id == free.Id && row.Status == WorkStatus.Running && row.ClaimedUntil == free.ClaimedUntil
            )
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.ClaimedUntil, now + s_claim), cancellationToken);
        return mine == 1 ? free : null;
    }

    async Task Run(Redrive redrive, CancellationToken cancellationToken)
    {
        var wanted = redrive.Ids.Split('\n', StringSplitOptions.RemoveEmptyEntries).ToHashSet();
        // A process that died between sending a message and removing it has already counted the message.
        var counted = await Counted(redrive, cancellationToken);
        string? error = null;
        try
        {
            for (var pass = 1; wanted.Count > 0 && pass <= Passes; pass++)
            {
                if (pass > 1)
                    await Task.Delay(s_again, clock, cancellationToken);
                foreach (var queue in wanted.Select(FailedMessage.QueueOf).OfType<string>().Distinct().ToList())
                    while (wanted.Count > 0 && await SendSome(redrive, queue, wanted, counted, cancellationToken)) { }
            }
        }
        catch (QueueNotFoundException exception)
        {
            error = exception.Message;
        }
        wanted.ExceptWith(counted);
        await Finish(redrive, wanted.Count, error, cancellationToken);
    }

    /// <summary>Sends the next batch, and waits for as long as the requested rate requires.</summary>
    /// <returns>Whether there may be more in this queue.</returns>
    async Task<bool> SendSome(
        Redrive redrive,
        string queue,
        HashSet<string> wanted,
        HashSet<string> counted,
        CancellationToken cancellationToken
    )
    {
        var limit = Math.Min(redrive.RatePerSecond ?? MaxConcurrent, MaxConcurrent);
        var begun = clock.GetTimestamp();
        HashSet<string> sent = [];
        var enough = false;
        await queues.Work(
            queue,
            message =>
            {
                enough = sent.Count >= limit || clock.GetElapsedTime(begun) > s_longest;
                return enough ? Handling.Stop
                    : wanted.Contains(message.Id) ? Handling.SendBack
                    : Handling.Keep;
            },
            async message =>
            {
                sent.Add(message.Id);
                await Record(redrive, message, counted.Add(message.Id), cancellationToken);
            },
            cancellationToken
        );
        wanted.ExceptWith(sent);
        if (redrive.RatePerSecond is { } rate)
        {
            var left = TimeSpan.FromSeconds((double)sent.Count / rate) - clock.GetElapsedTime(begun);
            if (left > TimeSpan.Zero)
                await Task.Delay(left, clock, cancellationToken);
        }
        return enough && sent.Count > 0;
    }

    async Task Record(Redrive redrive, FailedMessage message, bool isNew, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var now = clock.GetUtcNow();
        db.Attach(redrive);
        redrive.ClaimedUntil = now + s_claim;
        if (isNew)
        {
            redrive.Sent++;
            db.Add(
                MessageAction.Of(message, MessageAction.Redriven, now, redrive.RequestedBy, redrive.Reason, redrive.Id)
            );
        }
        await db.SaveChangesAsync(cancellationToken);
    }

    async Task Finish(Redrive redrive, int left, string? error, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        db.Attach(redrive);
        redrive.Status = error is null ? WorkStatus.Completed : WorkStatus.Failed;
        if (error is null)
            redrive.NotFound += left;
        redrive.Error = error;
        redrive.FinishedAt = clock.GetUtcNow();
        await db.SaveChangesAsync(cancellationToken);
        logger.LogInformation(
            "Redrive {RedriveId} by {By} sent {Sent} of {Selected} messages: {Status}",
            redrive.Id,
            redrive.RequestedBy,
            redrive.Sent,
            redrive.Selected,
            redrive.Status
        );
    }

    async Task<HashSet<string>> Counted(Redrive redrive, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        return await db.Set<MessageAction>()
            .Where(row => row.RedriveId == redrive.Id)
            .Select(row => row.FailedMessageId)
            .ToHashSetAsync(cancellationToken);
    }
}
