using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideBooking.Operations.ErrorQueues;
using RideBooking.Operations.FailedMessages;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Redrives;

/// <summary>Wakes the process that accepted a redrive at once; others see it at their next look.</summary>
internal sealed class RedriveSignal : IDisposable
{
    readonly SemaphoreSlim _wake = new(0);

    public void Wake() => _wake.Release();

    public Task Wait(TimeSpan most, CancellationToken stop) => _wake.WaitAsync(most, stop);

    public void Dispose() => _wake.Dispose();
}

/// <summary>
/// Carries redrives out, those of processes that died included: a redrive is claimed for a while at a time, and what was sent
/// already is not in its error queue any more. Whoever dies between the sending of a message and its removal sends it twice,
/// under the same message id, which the inbox handles once.
/// </summary>
internal sealed class RunRedrives(
    IErrorQueues queues,
    IServiceScopeFactory scopes,
    RedriveSignal signal,
    TimeProvider clock,
    ILogger<RunRedrives> logger
) : BackgroundService
{
    static readonly TimeSpan s_look = TimeSpan.FromSeconds(5);
    static readonly TimeSpan s_claim = TimeSpan.FromSeconds(10);

    // Another process that looks at the queue holds its messages for a moment.
    static readonly TimeSpan s_again = TimeSpan.FromMilliseconds(300);
    const int Passes = 3;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
            try
            {
                while (await Claim(stoppingToken) is { } redrive)
                    await Run(redrive, stoppingToken);
                await signal.Wait(s_look, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { }
            catch (Exception exception)
            {
                // The broker or the database is away. The claim runs out, and the redrive goes on where it was.
                logger.LogWarning(exception, "A redrive was interrupted; it goes on by itself");
                await Task.Delay(s_look, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
    }

    async Task<Redrive?> Claim(CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var now = clock.GetUtcNow();
        var free = await db.Set<Redrive>()
            .AsNoTracking()
            .Where(row => row.Status == Redrive.Running && row.ClaimedUntil <= now)
            .OrderBy(row => row.ClaimedUntil)
            .FirstOrDefaultAsync(stop);
        if (free is null)
            return null;
        var mine = await db.Set<Redrive>()
            .Where(row => row.Id == free.Id && row.Status == Redrive.Running && row.ClaimedUntil == free.ClaimedUntil)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.ClaimedUntil, now + s_claim), stop);
        return mine == 1 ? free : null;
    }

    async Task Run(Redrive redrive, CancellationToken stop)
    {
        var wanted = redrive.Ids.Split('\n', StringSplitOptions.RemoveEmptyEntries).ToHashSet();
        var pace = new Pace(redrive.RatePerSecond, clock);
        string? error = null;
        try
        {
            for (var pass = 1; wanted.Count > 0 && pass <= Passes; pass++)
            {
                if (pass > 1)
                    await Task.Delay(s_again, clock, stop);
                foreach (var queue in wanted.Select(FailedMessage.QueueOf).OfType<string>().Distinct().ToList())
                {
                    HashSet<string> sent = [];
                    await queues.Work(
                        queue,
                        message => wanted.Contains(message.Id) ? Handling.SendBack : Handling.Keep,
                        async message =>
                        {
                            sent.Add(message.Id);
                            await Record(redrive, message, stop);
                            await pace.Next(stop);
                        },
                        stop
                    );
                    wanted.ExceptWith(sent);
                }
            }
        }
        catch (QueueIsGoneException gone)
        {
            error = gone.Message;
        }
        await Finish(redrive, wanted.Count, error, stop);
    }

    async Task Record(Redrive redrive, FailedMessage message, CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var now = clock.GetUtcNow();
        db.Attach(redrive);
        redrive.Sent++;
        redrive.ClaimedUntil = now + s_claim;
        db.Add(MessageAction.Of(message, MessageAction.Redriven, now, redrive.RequestedBy, redrive.Reason, redrive.Id));
        await db.SaveChangesAsync(stop);
    }

    async Task Finish(Redrive redrive, int left, string? error, CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        db.Attach(redrive);
        redrive.Status = error is null ? Redrive.Completed : Redrive.Failed;
        // A process that died may have sent some of these before.
        redrive.NotFound = error is null ? Math.Max(0, redrive.Selected - redrive.Sent) : 0;
        redrive.NotFound = Math.Min(redrive.NotFound, left);
        redrive.Error = error;
        redrive.FinishedAt = clock.GetUtcNow();
        await db.SaveChangesAsync(stop);
        logger.LogInformation(
            "Redrive {RedriveId} by {By} sent {Sent} of {Selected} messages: {Status}",
            redrive.Id,
            redrive.RequestedBy,
            redrive.Sent,
            redrive.Selected,
            redrive.Status
        );
    }

    sealed class Pace(int? perSecond, TimeProvider clock)
    {
        public Task Next(CancellationToken stop) =>
            perSecond is { } rate ? Task.Delay(TimeSpan.FromSeconds(1.0 / rate), clock, stop) : Task.CompletedTask;
    }
}
